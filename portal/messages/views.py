"""Pages of messages."""

from flask import Blueprint, flash, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.cases import scope
from portal.cases.models import CaseStatus
from portal.cases.permissions import Action
from portal.cases.scope import ScopedCase
from portal.core.access import requires
from portal.core.actor import Role
from portal.core.errors import Invalid, NotFound
from portal.core.permissions import Permission
from portal.core.web import current_actor, db, see_other, settings
from portal.messages import policies, presenters, services
from portal.messages.forms import MessageForm
from portal.messages.models import Audience

blueprint = Blueprint("messages", __name__)
PATH = "/cases/<reference>/messages"


@blueprint.get(PATH, defaults={"audience": None})
@blueprint.get(f"{PATH}/<audience>")
@requires(Permission.CASE_MESSAGE, records_read=True)
def thread(reference: str, audience: str | None) -> str:
    """A conversation of the case, and the form to write in it."""
    scoped, chosen = _reach(reference, audience, Action.MESSAGE_READ)
    form = MessageForm(formdata=None)
    form.asks.data = scoped.actor.role is Role.REVIEWER
    return _page(scoped, chosen, form)


@blueprint.post(PATH, defaults={"audience": None})
@blueprint.post(f"{PATH}/<audience>")
@requires(Permission.CASE_MESSAGE)
def write(reference: str, audience: str | None) -> Response | tuple[str, int]:
    """Add a message, a request or an answer."""
    scoped, chosen = _reach(reference, audience, Action.MESSAGE_WRITE)
    form = MessageForm()
    _prepare(form, scoped, chosen)
    if not form.validate():
        return _page(scoped, chosen, form), 422
    try:
        services.post(
            db(),
            scoped.case,
            actor=scoped.actor,
            body=form.body.data,
            audience=chosen,
            asks=form.asks.data and _may_ask(scoped, chosen),
            answers=form.about.data or None,
            link=settings().base_url.rstrip("/")
            + url_for("messages.thread", reference=reference, audience=chosen.value),
        )
    except Invalid as error:
        form.add_error(error.field, error.message)
        return _page(scoped, chosen, form), 422
    db().commit()
    flash(_("Your message was sent."))
    return see_other("messages.thread", reference=reference, audience=audience)


def _reach(reference: str, audience: str | None, action: Action) -> tuple[ScopedCase, Audience]:
    scoped = scope.for_actor(db(), current_actor()).reach(reference)
    scoped.check(action)
    if audience is not None and audience not in list(Audience):
        raise NotFound
    return scoped, services.visible(scoped.actor, Audience(audience) if audience else None)


def _may_ask(scoped: ScopedCase, audience: Audience) -> bool:
    return scoped.may(Action.INFORMATION_ASK) and policies.can_ask(
        scoped.actor.role, audience, scoped.case.state
    )


def _prepare(form: MessageForm, scoped: ScopedCase, audience: Audience) -> None:
    if policies.can_answer(scoped.actor.role, audience):
        form.offer_requests(presenters.choices(services.open_requests(db(), scoped.case, audience)))
    else:
        form.offer_requests([])


def _page(scoped: ScopedCase, audience: Audience, form: MessageForm) -> str:
    rows = presenters.rows(services.read(db(), scoped.case, scoped.actor, audience), scoped.actor)
    conversations = services.conversations(db(), scoped.case, scoped.actor)
    if not form.is_submitted():
        _prepare(form, scoped, audience)
    db().commit()
    return render_template(
        "messages/thread.html",
        reference=scoped.case.reference,
        rows=rows,
        name=presenters.conversation_name(audience, scoped.actor),
        not_sent_yet=scoped.case.state is CaseStatus.DRAFT,
        tabs=presenters.tabs(conversations, audience, scoped.actor),
        form=form,
        may_write=scoped.may(Action.MESSAGE_WRITE),
        may_ask=_may_ask(scoped, audience),
        role=scoped.actor.role.value,
    )
