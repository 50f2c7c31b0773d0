"""Errors: one tree. Each message says what failed, on which thing, and what to do."""

import errno
import os

from kb.messages.catalogue import TEMPLATES
from kb.messages.coded_text import CodedText


class KBError(Exception):
    """The root of all errors that are meant for a person: a code of `kb.messages`, and the values of its template.

    `message` is the text in English, which knows its code. `exit_code` is the command line's. What comes from a
    plug-in, or from another version, may be a plain sentence.
    """

    exit_code = 1

    def __init__(self, code: str, /, **values: object) -> None:
        self.message: str = CodedText(code, **values) if code in TEMPLATES else code
        super().__init__(self.message)

    @property
    def code(self) -> str:
        """The code of the message; "" for a plain sentence."""
        return self.message.code if isinstance(self.message, CodedText) else ""


class UsageError(KBError):
    """The request itself is wrong: an empty question, an unknown option value."""

    exit_code = 2


class RefusedByPolicy(KBError):
    """The request was understood and is not allowed."""

    exit_code = 3


class ConfigError(UsageError):
    """A configuration file or environment variable that cannot be used."""


class AccessChanged(KBError):
    """Somebody else changed who may read it, while it was being changed here."""


class RuleNotFound(KBError):
    """There is no rule of access of that place."""


class EntryNotFound(KBError):
    """The glossary has no such entry, or who asks may not see it."""


class AccessLost(KBError):
    """What an answer rests on may not be read any more by who asked."""


class HomeError(KBError):
    """The home directory cannot be used."""


class HomeInUse(HomeError):
    """Another process owns the home."""


class HomeTooNew(HomeError):
    """The home was written by a newer version of the product."""


class StorageFull(HomeError):
    """The disk (or its quota) has no room left; nothing half done was kept."""


class EmbeddingError(KBError):
    """The embedding model is missing or cannot be loaded."""


class EmbeddingChanged(EmbeddingError):
    """The home was built with another embedding model than the one configured."""


class WeightsMissing(KBError):
    """Model weights are not on this machine and cannot be fetched."""


class ModelError(KBError):
    """The language model failed."""


class ModelMissing(ModelError):
    """The named model is not installed."""


class EngineUnavailable(ModelError):
    """The engine (an Ollama server, the embedded engine) cannot be reached or loaded."""


class ContextOverflow(ModelError):
    """The prompt does not fit the model's context, however few passages are sent."""


class EmptyAnswer(ModelError):
    """The model ended without a word of an answer, also when it was led to one."""


class DocumentError(KBError):
    """A document cannot be read. The message is the reason shown beside its name."""


class UnsupportedFormat(DocumentError):
    """A file whose format no reader takes; it is skipped rather than failed."""


class DocumentNotFound(KBError):
    """No document of that name, or none that the asker may read."""


class QuestionSetError(UsageError):
    """A question set that cannot be read; names the file and the line."""


class ConversationNotFound(KBError):
    """No conversation, or no turn of one, of that id: it was deleted, or never was."""


class ReviewNotFound(KBError):
    """No judged answer of that id, or none that the editor may see."""


class ReviewChanged(KBError):
    """Somebody else changed the review of a judged answer, while it was being changed here."""


class PassagesChanged(KBError):
    """An editor changed the passages of a document, while they were being changed here."""


class PassageNotFound(UsageError):
    """No passage of a document stands in that place."""


class PersonNotFound(UsageError):
    """No account of that name."""


class GroupNotFound(UsageError):
    """No group of that name."""


class TokenNotFound(UsageError):
    """No token of that id: it was revoked, or never was."""


class SignInRefused(KBError):
    """A name and a password, or what a provider of single sign-on says, that let nobody in."""


class ProviderUnavailable(KBError):
    """The provider of single sign-on cannot be reached, or is not the one that it should be."""


class TryLater(KBError):
    """Too much of something at once. `wait` is how long to wait, in seconds."""

    def __init__(self, code: str, wait: float = 0.0, /, **values: object) -> None:
        super().__init__(code, **values)
        self.seconds = wait

    @property
    def retry_after(self) -> int:
        """The whole seconds after which it may be tried again."""
        return int(self.seconds) + 1


class GuessingTooFast(TryLater):
    """Too many wrong passwords: none is looked at for a while."""


class TooManyRequests(TryLater):
    """Somebody asks more often than one person may."""


# What the system says, by its number.
_SYSTEM = {
    errno.EACCES: "system.no_permission",
    errno.EPERM: "system.not_permitted",
    errno.ENOENT: "system.not_found",
    errno.EEXIST: "system.exists",
    errno.EISDIR: "system.is_folder",
    errno.ENOTDIR: "system.no_folder",
    errno.ENOTEMPTY: "system.not_empty",
    errno.ENOSPC: "system.disk_full",
    errno.EDQUOT: "system.quota",
    errno.EIO: "system.input_output",
    errno.EMFILE: "system.too_many_files",
    errno.ENAMETOOLONG: "system.name_too_long",
    errno.EROFS: "system.read_only",
    errno.EADDRINUSE: "system.address_in_use",
    errno.EADDRNOTAVAIL: "system.no_such_address",
}


def why(error: Exception) -> str:
    """What a message says of a file that could not be used, which it names itself: no number, and no other name."""
    if isinstance(error, UnicodeDecodeError):
        return CodedText("system.no_utf8")
    if not isinstance(error, OSError) or not error.strerror:
        return str(error)
    code = _SYSTEM.get(error.errno or 0)
    is_systems = code is not None and error.strerror == os.strerror(error.errno or 0)  # TLS has numbers of its own
    return CodedText(code) if code is not None and is_systems else error.strerror
