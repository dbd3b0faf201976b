"""Records reached only through the actor: unknown and foreign give the same answer."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal.cases import permissions, repository
from portal.cases.models import Case, Relation
from portal.cases.permissions import Action
from portal.core.actor import Actor
from portal.core.errors import NotFound


@dataclass(frozen=True, slots=True)
class ScopedCase:
    """A case as one actor reaches it."""

    case: Case
    actor: Actor
    relations: frozenset[Relation]

    def may(self, action: Action) -> bool:
        """Whether the actor may do this to the case now; for templates and presenters."""
        return permissions.may(self.actor, self.case, action, self.relations)

    def check(self, action: Action) -> Case:
        """The case, or the answer of an unknown one when the actor may not do this now."""
        permissions.check(self.actor, self.case, action, self.relations)
        return self.case


@dataclass(frozen=True, slots=True)
class Scope:
    """Everything one actor can reach."""

    session: Session
    actor: Actor

    def reach(self, reference: str) -> ScopedCase:
        """The case as this actor reaches it; raises :class:`NotFound` for unknown and foreign alike."""
        found = repository.case_for(self.session, reference, self.actor.user_id or "")
        if found is None:
            raise NotFound
        scoped = ScopedCase(found[0], self.actor, found[1])
        scoped.check(Action.CASE_READ)
        return scoped

    def case(self, reference: str, action: Action = Action.CASE_READ) -> Case:
        """The case, if the actor may do ``action`` to it now."""
        return self.reach(reference).check(action)

    def cases(self, relation: Relation) -> list[Case]:
        """Cases to which the actor holds this relation now and which it lets them read, newest first."""
        rows = repository.granted_to(self.session, self.actor.user_id or "")
        granted = frozenset({relation})
        return [
            case
            for case, held in rows
            if held == relation.value and permissions.may(self.actor, case, Action.CASE_READ, granted)
        ]


def for_actor(session: Session, actor: Actor) -> Scope:
    """The scope of this actor in this session."""
    return Scope(session, actor)
