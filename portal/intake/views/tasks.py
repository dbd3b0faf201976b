"""The task list of a case, its consents, and taking the case back."""

from flask import render_template, url_for
from werkzeug.wrappers import Response

from portal.cases import history
from portal.cases.models import CaseStatus, Relation
from portal.cases.permissions import Action
from portal.core.access import requires
from portal.core.errors import Invalid, NotFound
from portal.core.permissions import Permission
from portal.core.web import current_actor, db, see_other, settings
from portal.intake import journey, presenters, services
from portal.intake.forms import EmptyForm, consents_form
from portal.intake.progress import progress
from portal.intake.views.blueprint import blueprint, need_consents, reach, reach_history
from portal.knowledge.told import Told

Answer = str | Response | tuple[str, int]


@blueprint.get("/cases/<reference>")
@requires(Permission.CASE_OWN)
def task_list(reference: str) -> str:
    """What is to do before sending; afterwards where the case stands."""
    scoped = reach(reference)
    case = scoped.case
    found = services.standing(db(), case) if case.state is CaseStatus.WITHDRAWN else need_consents(scoped)
    known = None
    if scoped.may(Action.HISTORY_EDIT):
        pack = services.pack_of(case)
        known = progress(pack, case.id, found.versions, lambda: history.load(db(), case))
    body = presenters.task_list(
        case,
        known,
        reports=found.reports,
        own=Relation.OWNER in scoped.relations,
        may_withdraw=scoped.may(Action.CASE_WITHDRAW),
        may_read_opinion=scoped.may(Action.OPINION_READ),
    )
    return render_template("intake/task_list.html", reference=case.reference, body=body)


@blueprint.get("/cases/<reference>/tasks/<key>")
@requires(Permission.CASE_OWN)
def task(reference: str, key: str) -> Response:
    """To the first page of a task."""
    case = reach_history(reference)
    pack = services.pack_of(case)
    chosen = next((each for each in pack.tasks if each.key == key), None)
    if chosen is None:
        raise NotFound
    told = Told(pack.questionnaire, history.load(db(), case))
    first = next(journey.open_pages(pack, told, chosen))
    return see_other("intake.page", reference=case.reference, section=first.section_slug, page=first.slug)


@blueprint.route("/cases/<reference>/consents", methods=["GET", "POST"])
@requires(Permission.CASE_OWN)
def consents(reference: str) -> Answer:
    """What the patient agrees to before anything else."""
    scoped = reach(reference)
    case = scoped.case
    if Relation.OWNER not in scoped.relations:
        raise NotFound
    texts = services.consents_missing(case, services.standing(db(), case))
    if not texts:
        return see_other("intake.task_list", reference=case.reference)
    form = consents_form(texts)
    if form.validate_on_submit():
        try:
            services.give_consents(db(), case, texts, form.data["signature"], actor=current_actor())
        except Invalid as problem:
            form.add_error(problem.field, problem.message)
        else:
            db().commit()
            return see_other("intake.task_list", reference=case.reference)
    page = render_template("intake/consents.html", case=case, texts=texts, form=form)
    return page, 422 if form.errors else 200


@blueprint.route("/cases/<reference>/withdraw", methods=["GET", "POST"])
@requires(Permission.CASE_OWN)
def withdraw(reference: str) -> Answer:
    """Take the case back, after saying what that means."""
    case = reach(reference).check(Action.CASE_WITHDRAW)
    form = EmptyForm()
    if form.validate_on_submit():
        link = settings().base_url.rstrip("/") + url_for("routing.offers")
        services.withdraw(db(), case, actor=current_actor(), link=link)
        db().commit()
        return see_other("intake.task_list", reference=case.reference)
    return render_template("intake/withdraw.html", case=case, form=form)


@blueprint.route("/cases/<reference>/call-now", methods=["GET", "POST"])
@requires(Permission.CASE_OWN)
def call_now(reference: str) -> Answer:
    """Who to call now; confirmed, and never in the way."""
    case = reach_history(reference)
    form = EmptyForm()
    pack = services.pack_of(case)
    if form.validate_on_submit():
        services.confirm_call_now(db(), case, actor=current_actor())
        db().commit()
        told = Told(pack.questionnaire, history.load(db(), case))
        page = pack.page_of(pack.urgent_question)
        after = journey.neighbours(pack, told, page)[1] if page else None
        if after is None:
            return see_other("intake.task_list", reference=case.reference)
        return see_other("intake.page", reference=case.reference, section=after.section_slug, page=after.slug)
    return render_template("intake/call_now.html", case=case, form=form)
