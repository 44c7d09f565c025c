"""The trees by which complaints are sorted, as people choose from them (C09, C22)."""

from typing import Final

from sqlalchemy import select
from sqlmodel import Session, col

from db.models import Heading as Node
from db.models import HeadingTree
from services.complaints.views import Heading
from services.core.access import Actor, Permission


def headings(session: Session, actor: Actor, tree: HeadingTree) -> list[Heading]:
    """Every node in use, each below the one that it belongs to."""
    actor.require(Permission.COMPLAINTS_VIEW)
    query = select(col(Node.id)).where(col(Node.tree) == tree, col(Node.is_active))
    active = set(session.execute(query).scalars())
    return [one for key, one in named(session).items() if key in active]


def is_in_use(session: Session, tree: HeadingTree, heading_id: int) -> bool:
    """Whether one may sort by this node of that tree."""
    query = select(col(Node.id)).where(
        col(Node.id) == heading_id, col(Node.tree) == tree, col(Node.is_active)
    )
    return session.execute(query).first() is not None


def named(session: Session) -> dict[int, Heading]:
    """Every node of both trees by its id, those out of use too, in the order of their codes."""
    found: dict[int, Heading] = {}
    for key, above, name, name_en in session.execute(_NODES):
        root = found[above] if above is not None else Heading(0, (), ())
        found[key] = Heading(key, (*root.path, name), (*root.path_en, name_en or name))
    return found


# Built once: every list of complaints asks for them.
_NODES: Final = select(
    col(Node.id), col(Node.parent_id), col(Node.name), col(Node.name_en)
).order_by(col(Node.tree), col(Node.code))
