// A real provider of OpenID Connect on loopback: `node provider.mjs FOLDER_OF_node_modules PEOPLE USERINFO`.
// PEOPLE is JSON: {login: claims}. Whoever gives a login of theirs is signed in, by any password. USERINFO is "true" where
// their claims are told at an address of their own, "false" where they stand in the token. Prints its issuer.
// It also takes POST /people with JSON: what people there are from now on.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import path from 'node:path';

const [modules, given, userinfo] = process.argv.slice(2);
const file = createRequire(path.join(modules, 'package.json')).resolve('oidc-provider');
const { default: Provider } = await import(pathToFileURL(file).href);
let people = JSON.parse(given);
const redirects = ['http://127.0.0.1:8600/sign-in/sso/back'];

const http = await import('node:http');
const server = http.createServer();
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [
      { client_id: 'kb', client_secret: 'a secret of the tests', redirect_uris: redirects },
      { client_id: 'open', redirect_uris: redirects, token_endpoint_auth_method: 'none' },
    ],
    claims: { openid: ['sub'], profile: ['name', 'preferred_username', 'groups'] },
    conformIdTokenClaims: userinfo === 'true',
    findAccount: (_, id) => people[id] && { accountId: id, claims: () => ({ sub: id, ...people[id] }) },
    features: { devInteractions: { enabled: true } },
    pkce: { required: () => true },
    cookies: { keys: ['of the tests'] },
  });
  // As registered, but for the port: the tests' services take a free one.
  provider.Client.prototype.redirectUriAllowed = (uri) => uri.replace(/:\d+\//, ':8600/') === redirects[0];
  const answer = provider.callback();
  server.on('request', (request, response) => {
    if (request.url !== '/people') return answer(request, response);
    let body = '';
    request.on('data', (part) => { body += part; });
    request.on('end', () => { people = JSON.parse(body); response.end('{}'); });
    return undefined;
  });
  console.log(issuer);
});
process.on('SIGTERM', () => process.exit(0));
