"""Checking and signing an opinion."""

from flask import flash, render_template
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.cases.models import Case
from portal.core.access import requires
from portal.core.errors import Conflict, Invalid
from portal.core.permissions import Permission
from portal.core.web import current_actor, db, see_other
from portal.opinions import policies, presenters, services
from portal.opinions.forms import SignForm
from portal.opinions.models import Opinion
from portal.opinions.views.blueprint import Page, absolute, blueprint, writable
from portal.packages import services as packages
from portal.vault.web import current_vault


@blueprint.get("/reviews/<reference>/sign")
@requires(Permission.REVIEW, records_read=True, step_up=True)
def sign(reference: str) -> str:
    """What will be signed, exactly as the patient will read it."""
    case, opinion = writable(reference)
    page = _check_page(case, opinion, SignForm(formdata=None, version=opinion.version if opinion else 0))
    services.record_read(db(), case, "opinion.checked", opinion, actor=current_actor())
    db().commit()
    return page


@blueprint.post("/reviews/<reference>/sign")
@requires(Permission.REVIEW, step_up=True)
def confirm_signature(reference: str) -> Response | Page:
    """Sign the version that was on the check page."""
    case, opinion = writable(reference)
    form = SignForm()
    if opinion is not None and form.version.data != str(opinion.version):
        raise Conflict(_("The draft was changed after you checked it. Check it again, then sign."))
    try:
        services.sign(
            db(), current_vault(), case, actor=current_actor(), link=absolute("opinions.review", case)
        )
    except Invalid as problem:
        form.add_error(None, problem.message)
        return _check_page(case, opinion, form), 422
    db().commit()
    flash(_("The opinion is signed. The coordinator will release it to the patient."))
    return see_other("opinions.workspace", reference=reference)


def _check_page(case: Case, opinion: Opinion | None, form: SignForm) -> str:
    questions = packages.contents_of(db(), case).synopsis.questions
    gaps = policies.gaps(services.text_of(opinion), questions)
    return render_template(
        "opinions/sign.html",
        case=case,
        form=form,
        gaps=presenters.gap_items(gaps, case),
        opinion=presenters.opinion_page(opinion) if opinion else None,
        waiting=not policies.can_sign(case.state),
    )
