"""The catalogue: the template of each code, from the modules of their subjects."""

from kb.messages.access import ACCESS
from kb.messages.answers import ANSWERS
from kb.messages.audit import AUDIT
from kb.messages.documents import DOCUMENTS
from kb.messages.evaluation import EVALUATION
from kb.messages.files import FILES
from kb.messages.formats import FORMATS
from kb.messages.glossary import GLOSSARY
from kb.messages.homes import HOMES
from kb.messages.kinds import KINDS
from kb.messages.machine import MACHINE
from kb.messages.models import MODELS
from kb.messages.people import PEOPLE
from kb.messages.programs import PROGRAMS
from kb.messages.reviews import REVIEWS
from kb.messages.service import SERVICE
from kb.messages.settings import SETTINGS
from kb.messages.sign_on import SIGN_ON
from kb.messages.template import Template
from kb.messages.tuning import TUNING
from kb.messages.usage import USAGE

TEMPLATES: dict[str, Template] = {
    **ACCESS,
    **ANSWERS,
    **AUDIT,
    **DOCUMENTS,
    **EVALUATION,
    **FILES,
    **FORMATS,
    **GLOSSARY,
    **HOMES,
    **KINDS,
    **MACHINE,
    **MODELS,
    **PEOPLE,
    **PROGRAMS,
    **REVIEWS,
    **SERVICE,
    **SETTINGS,
    **SIGN_ON,
    **TUNING,
    **USAGE,
}
