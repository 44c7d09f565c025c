"""From what a list calls a matter to a node of our trees: by its name in either language, by its
code, or by what other systems usually write."""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import select
from sqlmodel import Session, col

from db.models import Heading, HeadingTree
from services.imports.parsing import WORDS, folded

_LEADS: Final = re.compile(r"\s*[/>|\\»›→]+\s*")
"""What stands between the names of a path."""


@dataclass(frozen=True, slots=True)
class Node:
    id: int
    code: str
    name: str
    name_en: str


@dataclass(slots=True)
class Tree:
    """The nodes of a tree that are in use, by all that they may be called, the highest first."""

    called: dict[str, list[Node]] = field(default_factory=lambda: defaultdict(list))
    roots: list[Node] = field(default_factory=list)

    def find(self, said: str) -> tuple[Node | None, bool]:
        """The node and whether it is the very one that was named; of a path whose end is unknown
        the last part that is known."""
        whole = self.called.get(folded(said))
        if whole:
            return whole[0], True
        at: Node | None = None
        is_last = False
        for part in _LEADS.split(said):
            below = f"{at.code}." if at else ""
            known = [one for one in self.called.get(folded(part), ()) if one.code.startswith(below)]
            is_last = bool(known)
            at = known[0] if known else at
        return at, is_last

    @property
    def tops(self) -> str:
        """The names of the roots in both languages."""
        return ", ".join(f"{one.name} {one.name_en}" for one in self.roots)


def trees(session: Session) -> dict[HeadingTree, Tree]:
    query = select(
        col(Heading.tree), col(Heading.id), col(Heading.code), col(Heading.name),
        col(Heading.name_en),
    ).where(col(Heading.is_active))  # fmt: skip
    found = {tree: Tree() for tree in HeadingTree}
    nodes = [(tree, Node(*about)) for tree, *about in session.execute(query)]
    nodes.sort(key=lambda each: (each[1].code.count("."), each[1].code))
    for tree, node in nodes:
        if "." not in node.code:
            found[tree].roots.append(node)
        usual = WORDS["headings"][tree.value].get(node.code, ())
        for word in dict.fromkeys(map(folded, (node.code, node.name, node.name_en, *usual))):
            if word:
                found[tree].called[word].append(node)
    return found
