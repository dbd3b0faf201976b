"""Loads packs from their folders, once, and refuses what does not hold together.

``packs/<id>/<version>/`` holds one version of a pack; ``packs/core/<version>/`` the sections that
every cancer shares.
"""

from functools import cache
from pathlib import Path

from portal.knowledge import joining
from portal.knowledge.errors import KnowledgeError
from portal.knowledge.pack import Pack

PACKS = Path(__file__).with_name("packs")
CORE = "core"
DEFAULT = "hrpos-her2neg-mbc"


def pack(pack_id: str = DEFAULT, version: str | None = None) -> Pack:
    """A pack in one version, the newest when none is named; :class:`KnowledgeError` if there is none."""
    return _load(PACKS, pack_id, version or newest(PACKS, pack_id))


def newest(root: Path, pack_id: str) -> str:
    """The highest version of a pack under ``root``."""
    found = versions(root, pack_id)
    if not found:
        raise KnowledgeError(f"{pack_id}: there is no such pack")
    return found[-1]


def versions(root: Path, pack_id: str) -> list[str]:
    """The versions of a pack, oldest first."""
    folder = root / pack_id
    names = [path.parent.name for path in folder.glob("*/pack.toml")] if folder.is_dir() else []
    return sorted(names, key=lambda name: tuple(int(part) for part in name.split(".")))


def load_all(root: Path = PACKS) -> list[Pack]:
    """Every version of every pack; start-up fails here rather than in front of a patient."""
    return [
        _load(root, folder.name, version)
        for folder in sorted(root.iterdir())
        if folder.is_dir() and folder.name != CORE
        for version in versions(root, folder.name)
    ]


@cache
def _load(root: Path, pack_id: str, version: str) -> Pack:
    folder = root / pack_id / version
    if pack_id == CORE or not (folder / "pack.toml").is_file():
        raise KnowledgeError(f"{pack_id} {version}: there is no such pack")
    return joining.join(folder, root / CORE)
