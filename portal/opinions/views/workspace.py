"""The reviewer's worklist and workspace."""

from flask import flash, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.cases import scope
from portal.cases.models import Case, Relation
from portal.cases.permissions import Action
from portal.core.access import requires
from portal.core.errors import Conflict
from portal.core.permissions import Permission
from portal.core.web import current_actor, db, see_other
from portal.opinions import forms, policies, presenters, services
from portal.opinions.forms import OpinionForm
from portal.opinions.models import Opinion
from portal.opinions.policies import OpinionText
from portal.opinions.views.blueprint import Page, blueprint, reach, writable
from portal.packages import services as packages
from portal.packages.contents import Contents
from portal.packages.presenters import document_rows, sealed_words
from portal.packages.synopsis import as_data


@blueprint.get("/reviews")
@requires(Permission.REVIEW)
def worklist() -> str:
    """The cases of the reviewer, and how many offers wait."""
    actor = current_actor()
    mine = scope.for_actor(db(), actor)
    written = services.written_by(db(), actor)
    return render_template(
        "opinions/worklist.html",
        rows=[presenters.work_row(case, written.get(case.id)) for case in mine.cases(Relation.ASSIGNED)],
        offers=len(mine.cases(Relation.OFFERED)),
    )


@blueprint.get("/reviews/<reference>")
@requires(Permission.REVIEW, records_read=True)
def workspace(reference: str) -> str:
    """Everything about the case in one place, with the boxes of the opinion; once signed, the opinion."""
    scoped = reach(reference)
    case = scoped.check(Action.OPINION_READ)
    opinion = services.own_opinion(db(), case, current_actor())
    if opinion is not None and not policies.can_write(opinion.status_of):
        page = render_template(
            "opinions/own.html",
            case=case,
            opinion=presenters.opinion_page(opinion),
            can_open_package=scoped.may(Action.PACKAGE_READ),
        )
    else:
        scoped.check(Action.OPINION_WRITE)
        contents = packages.contents_of(db(), case)
        page = _desk(case, contents, _form(contents, opinion), opinion)
    services.record_read(db(), case, "review.opened", opinion, actor=current_actor())
    db().commit()
    return page


@blueprint.post("/reviews/<reference>")
@requires(Permission.REVIEW)
def save(reference: str) -> Response | Page:
    """Keep the draft. Whatever is wrong with it, what was typed stays in its boxes."""
    case, opinion = writable(reference)
    contents = packages.contents_of(db(), case)
    form = _form(contents, opinion)
    if not form.validate():
        return _desk(case, contents, form, opinion), 422
    seen = form.version.data or 0
    try:
        services.save(
            db(), case, form.text, contents.synopsis.questions, actor=current_actor(), seen_version=seen
        )
    except Conflict as collision:
        return _collided(reference, collision), 409
    db().commit()
    if "check" in request.form:
        return see_other("opinions.sign", reference=reference)
    flash(_("Your draft is saved."))
    return see_other("opinions.workspace", reference=reference)


def _collided(reference: str, collision: Conflict) -> str:
    """The page with what was typed, beside what somebody saved meanwhile; saving again replaces that."""
    db().rollback()
    case, opinion = writable(reference)
    contents = packages.contents_of(db(), case)
    form = _form(contents, opinion)
    form.version.data = opinion.version if opinion else 0
    form.version.raw_data = None
    form.add_error(None, collision.message)
    return _desk(case, contents, form, opinion, stored=services.text_of(opinion))


def _form(contents: Contents, opinion: Opinion | None) -> OpinionForm:
    text = services.text_of(opinion)
    return forms.opinion_form(contents.synopsis.questions, text, opinion.version if opinion else 0)


def _desk(
    case: Case,
    contents: Contents,
    form: OpinionForm,
    opinion: Opinion | None,
    *,
    stored: OpinionText | None = None,
) -> str:
    edition = packages.current(db(), case)
    return render_template(
        "opinions/workspace.html",
        case=case,
        form=form,
        synopsis=contents.synopsis,
        blocks=as_data(contents.synopsis),
        missing=contents.missing,
        unanswered=contents.unanswered,
        documents=document_rows(contents.documents, case, current_actor()),
        saved=presenters.opinion_words(opinion),
        edition=edition.edition if edition else None,
        sealed_at=sealed_words(edition) if edition else "",
        newer=bool(opinion and edition and opinion.package_id not in {None, edition.id}),
        stored=stored,
    )
