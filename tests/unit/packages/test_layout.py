"""The synopsis of every pack names questions that exist."""

import pytest

from portal.knowledge import loader
from portal.knowledge.pack import Pack
from portal.packages.layout import layout_of

PACKS = loader.load_all()


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: f"{pack.id}-{pack.version}")
def test_every_link_id_is_a_question_of_the_pack(pack: Pack) -> None:
    assert layout_of(pack.id).link_ids() <= set(pack.questionnaire.by_id)


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: f"{pack.id}-{pack.version}")
def test_words_for_codes_belong_to_options(pack: Pack) -> None:
    layout = layout_of(pack.id)
    lines = [line for section in layout.sections for line in section.lines]
    lines += [line for section in layout.sections if section.table for line in section.table.columns]
    for line in lines:
        codes = {option.code for item in line.items for option in pack.questionnaire.by_id[item].options}
        assert set(line.say) <= codes, line.label
