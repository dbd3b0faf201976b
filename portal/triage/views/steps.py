"""Steps of a case that a coordinator takes from its desk."""

from flask import flash, render_template
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.cases.permissions import Action
from portal.core.access import requires
from portal.core.errors import Invalid
from portal.core.permissions import Permission
from portal.core.web import current_actor, db, see_other
from portal.messages import services as messages
from portal.messages.models import Audience
from portal.triage import services
from portal.triage.forms import AskForm
from portal.triage.views.blueprint import absolute, blueprint, reach, step
from portal.vault.web import current_vault


@blueprint.post("/triage/<reference>/take")
@requires(Permission.CASE_TRIAGE)
def take(reference: str) -> Response:
    """Start working on a case that was sent."""
    services.take(db(), step(reach(reference), Action.CASE_TAKE), actor=current_actor())
    db().commit()
    return see_other("triage.desk", reference=reference)


@blueprint.get("/triage/<reference>/ask")
@requires(Permission.CASE_TRIAGE)
def ask(reference: str) -> str:
    """Write to the patient what is needed."""
    step(reach(reference), Action.INFORMATION_ASK)
    return render_template("triage/ask.html", form=AskForm(formdata=None), reference=reference)


@blueprint.post("/triage/<reference>/ask")
@requires(Permission.CASE_TRIAGE)
def send_request(reference: str) -> Response | tuple[str, int]:
    """Send it; the case waits until it is answered."""
    case = step(reach(reference), Action.INFORMATION_ASK)
    form = AskForm()
    if form.validate():
        try:
            messages.post(
                db(),
                case,
                actor=current_actor(),
                body=form.body.data,
                audience=Audience.PATIENT,
                asks=True,
                link=absolute("messages.thread", reference=reference),
            )
        except Invalid as error:
            form.add_error(error.field, error.message)
    if form.errors:
        return render_template("triage/ask.html", form=form, reference=reference), 422
    db().commit()
    flash(_("Your request was sent. The case waits for the patient’s answer."))
    return see_other("triage.desk", reference=reference)


@blueprint.post("/triage/<reference>/ready")
@requires(Permission.CASE_TRIAGE)
def ready(reference: str) -> Response:
    """Seal the case and let it be offered."""
    case = step(reach(reference), Action.CASE_READY)
    sealed = services.mark_ready(db(), current_vault(), case, actor=current_actor())
    db().commit()
    flash(_("Edition %(number)d is sealed. Choose a reviewer next.", number=sealed.edition))
    return see_other("triage.desk", reference=reference)


@blueprint.post("/triage/<reference>/back")
@requires(Permission.CASE_OFFER)
def back(reference: str) -> Response:
    """Work on a ready case again; whoever may offer it may also hold it back."""
    services.send_back(db(), step(reach(reference), Action.OFFER_MAKE), actor=current_actor())
    db().commit()
    return see_other("triage.desk", reference=reference)


@blueprint.post("/triage/<reference>/close")
@requires(Permission.CASE_TRIAGE)
def close(reference: str) -> Response:
    """Nothing more will happen on it."""
    services.close(db(), step(reach(reference), Action.CASE_CLOSE), actor=current_actor())
    db().commit()
    flash(_("The case is closed."))
    return see_other("triage.desk", reference=reference)
