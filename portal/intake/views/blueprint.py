"""The blueprint of intake, and the ways its pages reach a case."""

from flask import Blueprint, abort
from flask.blueprints import BlueprintSetupState
from flask_babel import gettext as _

from portal.cases import scope
from portal.cases.models import Case, Relation
from portal.cases.permissions import Action
from portal.cases.scope import ScopedCase
from portal.core.errors import Conflict
from portal.core.web import current_actor, db, see_other
from portal.intake import services
from portal.intake.repository import Standing
from portal.knowledge import loader

blueprint = Blueprint("intake", __name__)


@blueprint.record_once
def check_knowledge(_: BlueprintSetupState) -> None:
    """Start-up fails on knowledge that does not hold together, rather than a patient's page."""
    loader.load_all()


def reach(reference: str) -> ScopedCase:
    """The case as the person reaches it; unknown and foreign are answered alike."""
    return scope.for_actor(db(), current_actor()).reach(reference)


def need_consents(scoped: ScopedCase) -> Standing:
    """Nothing is told or sent before the consents are given; what the case stands on, if they are."""
    found = services.standing(db(), scoped.case)
    if services.consents_missing(scoped.case, found):
        if Relation.OWNER not in scoped.relations:
            raise Conflict(_("The patient has to agree to the terms first. Ask them to sign in and do so."))
        abort(see_other("intake.consents", reference=scoped.case.reference))
    return found


def reach_history(reference: str) -> Case:
    """The case, if its answers may be changed now."""
    scoped = reach(reference)
    scoped.check(Action.HISTORY_EDIT)
    need_consents(scoped)
    return scoped.case
