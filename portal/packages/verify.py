"""Says whether a package is whole: ``python -m portal.packages.verify package.zip``.

Only the standard library is used, so that whoever receives a package can run this file alone.
The format is ``docs/formats/package-v1.md``.
"""

import hashlib
import json
import sys
import zipfile
from pathlib import Path
from typing import Any

FORMAT = "portal/package/v1"
MANIFEST = "manifest.json"
_CHUNK = 1024 * 1024
_FIELDS = {
    "format": str,
    "case": str,
    "edition": int,
    "sealed_at": str,
    "sealed_by": dict,
    "content_digest": str,
    "parts": list,
}
_PART_FIELDS = {"name": str, "media_type": str, "size": int, "sha256": str}


def verify(path: Path) -> list[str]:
    """Every way in which the file differs from what its manifest promises; empty when it is whole."""
    try:
        with zipfile.ZipFile(path) as archive:
            return _check(archive)
    except (zipfile.BadZipFile, OSError, EOFError) as error:
        return [f"the file is not a whole ZIP archive ({type(error).__name__})"]


def _check(archive: zipfile.ZipFile) -> list[str]:
    manifest = _manifest(archive)
    if isinstance(manifest, str):
        return [manifest]
    names = [entry.filename for entry in archive.infolist()]
    problems = [f"{name}: occurs more than once" for name in sorted({n for n in names if names.count(n) > 1})]
    promised = {part["name"]: part for part in manifest["parts"]}
    if len(promised) != len(manifest["parts"]):
        problems.append(f"{MANIFEST}: names a part more than once")
    problems += [f"{name}: not in the manifest" for name in names if name not in {MANIFEST, *promised}]
    for name, part in promised.items():
        problems += _check_part(archive, name, part) if name in names else [f"{name}: missing"]
    return problems


def _manifest(archive: zipfile.ZipFile) -> dict[str, Any] | str:
    """The manifest, or what is wrong with it."""
    if MANIFEST not in archive.namelist():
        return f"{MANIFEST}: missing"
    try:
        manifest = json.loads(archive.read(MANIFEST))
        well_formed = _has(manifest, _FIELDS) and all(_has(part, _PART_FIELDS) for part in manifest["parts"])
    except (zipfile.BadZipFile, ValueError, KeyError, TypeError, RecursionError) as error:
        return f"{MANIFEST}: cannot be read ({type(error).__name__})"
    if not well_formed or manifest["format"] != FORMAT:
        return f"{MANIFEST}: is not of the format {FORMAT}"
    return dict(manifest)


def _has(record: dict[str, Any], fields: dict[str, type]) -> bool:
    return all(isinstance(record[name], kind) for name, kind in fields.items())


def _check_part(archive: zipfile.ZipFile, name: str, part: dict[str, Any]) -> list[str]:
    digest, size = hashlib.sha256(), 0
    try:
        with archive.open(name) as stream:
            while chunk := stream.read(_CHUNK):
                digest.update(chunk)
                size += len(chunk)
    except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError) as error:
        return [f"{name}: cannot be read ({type(error).__name__})"]
    if size != part["size"]:
        return [f"{name}: has {size} bytes instead of {part['size']}"]
    if digest.hexdigest() != part["sha256"]:
        return [f"{name}: was changed after sealing"]
    return []


def main(arguments: list[str]) -> int:
    """Print the verdict; 0 when the package is whole, 1 when it is not, 2 when no file was named."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m portal.packages.verify package.zip\n")
        return 2
    problems = verify(Path(arguments[0]))
    for problem in problems:
        sys.stdout.write(f"NOT WHOLE: {problem}\n")
    if not problems:
        sys.stdout.write("whole: every part is exactly what the manifest promises\n")
    return 1 if problems else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
