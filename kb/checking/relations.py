"""Relations: whether the sentence that has what a claim adds says of it what was asked.

Who asks when something was released is not answered by the sentence that has a date and its name alone: that may be
the day of its announcement. One of the words that the claim repeats from the question must stand there, names apart.
"""

from collections.abc import Sequence

from kb.checking.forms import PRONOUN
from kb.checking.sources import Source
from kb.language.content_terms import content_of, is_number, stem
from kb.language.number_forms import numbers_in
from kb.language.proper_names import holds_name, names_in


def lacks_relation(claim: str, question: str, parts: Sequence[int], source: Source) -> bool:
    """Whether, of the sentences `parts` of a source, those with the numbers and names that a claim adds to the question
    have none of the other words that it repeats from it, nor what heads them, or goes on with a pronoun."""
    names = names_in(question) | names_in(claim)
    named = {token for name in names for token in (stem(name), *content_of(name))}
    repeated = {token for token in content_of(claim).keys() & content_of(question).keys() if not is_number(token)}
    relation = repeated - named
    numbers = numbers_in(claim) - numbers_in(question)
    added = [name for name in names_in(claim) - names_in(question) if not name.isdigit()]
    if not relation or not (numbers or added):
        return False
    held = {}
    for part in parts:
        sentence = source.sentences[part]
        lower = sentence.lower()
        held[part] = len(numbers & numbers_in(sentence)) + sum(holds_name(lower, name) for name in added)
    carriers = [part for part in parts if held[part] == len(numbers) + len(added)] or parts  # or several together
    carriers = [*carriers, *(part for part in parts if part > carriers[0] and PRONOUN.search(source.sentences[part]))]
    above = [token for part in carriers for token in source.above[part]]
    said = [token for part in carriers for token in content_of(source.sentences[part])]
    return relation.isdisjoint((*said, *above, *source.heading_tokens))
