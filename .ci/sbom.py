"""The bill of materials: all locked packages and pinned weights as CycloneDX JSON, and the notices of third parties.

sbom.py OUT     writes OUT/sbom.cdx.json and OUT/THIRD-PARTY-NOTICES.txt
"""

import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import License
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from packageurl import PackageURL

from kb.models.weights import WEIGHTS, Weight

ROOT = Path(__file__).parents[1]
LOCKS = ("uv", "torch", "runtime")  # what is installed to run the product
_ENTRY = re.compile(
    r"(?P<name>[\w.-]+)==(?P<version>[^ ;\\]+)(?: ; (?P<marker>[^\\]+?))? *\\?\n(?P<hashes>(?: +--hash.*\n?)*)"
)
_TEXT = re.compile(r"(licen[cs]e|copying|notice|copyright|authors|third.?party)", re.IGNORECASE)
_RULE = "=" * 100 + "\n"


@dataclass(frozen=True, slots=True)
class Locked:
    """A package as a lock names it. `hashes` are those of all its files; `marker` says where it is installed."""

    name: str
    version: str
    marker: str
    hashes: tuple[str, ...]

    @property
    def installed(self) -> metadata.Distribution | None:
        """The package as it is installed here; None for one of another platform or version of Python."""
        try:
            found = metadata.distribution(self.name)
        except metadata.PackageNotFoundError:
            return None
        return found if found.version.partition("+")[0] == self.version else None  # torch's small build is 2.x+cpu


def locked() -> list[Locked]:
    """All packages that are locked for running the product."""
    found = []
    for lock in LOCKS:
        for entry in _ENTRY.finditer((ROOT / "configs" / "lock" / f"{lock}.txt").read_text(encoding="utf-8")):
            hashes = tuple(re.findall(r"sha256:([0-9a-f]{64})", entry["hashes"]))
            found.append(Locked(entry["name"], entry["version"], entry["marker"] or "", hashes))
    return found


def main(out: Path) -> None:
    packages = locked()
    out.mkdir(parents=True, exist_ok=True)
    (out / "sbom.cdx.json").write_text(bill(packages), encoding="utf-8")
    (out / "THIRD-PARTY-NOTICES.txt").write_text("".join(notices(packages)), encoding="utf-8")
    absent = [f"{each.name} {each.version}" for each in packages if each.installed is None]
    print(f"{out}: {len(packages)} packages, {len(WEIGHTS)} models")
    if absent:
        print(f"for other platforms or versions of Python, so that no licence is known here: {', '.join(absent)}")


# ---- CycloneDX


def bill(packages: list[Locked]) -> str:
    """The bill of materials as CycloneDX 1.6 JSON."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    product = Component(
        type=ComponentType.APPLICATION, name=project["name"], version=project["version"], bom_ref="product",
        licenses=_licences("Apache-2.0"),
    )  # fmt: skip
    bom = Bom()
    bom.metadata.component = product
    parts = [*map(_package, packages), *map(_model, WEIGHTS.values())]
    bom.components.update(parts)
    bom.register_dependency(product, parts)
    return make_outputter(bom, OutputFormat.JSON, SchemaVersion.V1_6).output_as_string(indent=2) + "\n"


def _package(package: Locked) -> Component:
    installed = package.installed
    properties = [Property(name="kb:installed-where", value=package.marker)] if package.marker else []
    if installed is None:
        properties.append(Property(name="kb:licence", value="not known here: the package is not installed"))
    return _component(
        package.name, package.version, package.hashes, ComponentType.LIBRARY,
        licenses=_licences(licence_of(installed)) if installed else (), properties=properties,
    )  # fmt: skip


def _model(weight: Weight) -> Component:
    """A model, with the packages its file comes in."""
    packages = (
        _component(package.name, package.version, [package.sha256], ComponentType.CONTAINER)
        for package in weight.packages
    )
    return Component(
        type=ComponentType.MACHINE_LEARNING_MODEL, name=weight.name, version=weight.packages[0].version,
        bom_ref=f"model:{weight.name}", description=weight.title, hashes=_hashes([weight.sha256]),
        licenses=_licences(weight.licence), components=packages,
        properties=[
            Property(name="kb:bytes", value=str(weight.size)),
            *(Property(name=f"kb:sha256:{file}", value=sha256) for file, sha256 in weight.files.items()),
        ],
    )  # fmt: skip


def _component(
    name: str, version: str, hashes: "list[str] | tuple[str, ...]", kind: ComponentType, **more: object
) -> Component:
    purl = PackageURL("pypi", name=name, version=version)
    return Component(
        type=kind, name=name, version=version, purl=purl, bom_ref=str(purl), hashes=_hashes(hashes), **more
    )  # type: ignore[arg-type]


def _hashes(digests: "list[str] | tuple[str, ...]") -> list[HashType]:
    return [HashType(alg=HashAlgorithm.SHA_256, content=digest) for digest in digests]


def _licences(said: str) -> list[License]:
    return [LicenseFactory().make_from_string(said)] if said else []


# ---- licences


def licence_of(package: metadata.Distribution) -> str:
    """What a package says its licence is: an SPDX expression where it has one."""
    said = package.metadata
    if expression := said.get("License-Expression"):
        return expression
    classifiers = [
        each.rpartition(" :: ")[2] for each in said.get_all("Classifier", []) if each.startswith("License ::")
    ]
    named = [each for each in classifiers if each != "OSI Approved"]
    first = (said.get("License") or "").strip().partition("\n")[0]
    return " AND ".join(named) if named else first[:200]


def texts_of(package: metadata.Distribution) -> Iterator[tuple[str, str]]:
    """The licences and notices in an installed package: where they stand in it, and what they say."""
    for file in sorted(package.files or (), key=str):
        is_named = _TEXT.search(file.name) or any(part.lower() in ("licenses", "licences") for part in file.parts[:-1])
        if is_named and file.suffix.lower() not in (".py", ".pyc", ".pyi", ".so", ".json"):
            text = Path(str(file.locate())).read_text(encoding="utf-8", errors="replace")
            yield str(file), text


def notices(packages: list[Locked]) -> Iterator[str]:
    """The notices of third parties, piece by piece."""
    yield "What this product is made of, and the licences of its parts.\n\n"
    for weight in WEIGHTS.values():
        sources = ", ".join(f"{package.name} {package.version}" for package in weight.packages)
        yield f"{_RULE}{weight.title}\nLicence: {weight.licence}\nSHA-256: {weight.sha256}\nFrom: {sources}\n\n"
    for package in packages:
        installed = package.installed
        yield f"{_RULE}{package.name} {package.version}\n"
        if installed is None:
            yield f"Not installed here{f' (only where {package.marker})' if package.marker else ''}.\n\n"
            continue
        yield f"Licence: {licence_of(installed) or 'not stated'}\n"
        texts = list(texts_of(installed))
        if not texts:
            yield "Its package holds no text of a licence.\n"
        for place, text in texts:
            yield f"\n--- {place}\n{text.strip()}\n"
        yield "\n"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
