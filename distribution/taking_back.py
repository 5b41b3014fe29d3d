"""The one question before a family takes its application back by itself."""

from django import forms
from django.utils.translation import gettext_lazy as _

from beneficiaries import endings


class WhyForm(forms.Form):
    """Why; one of a few answers, so that nobody has to write."""

    use_required_attribute = False
    why = forms.ChoiceField(
        label=_("Mengapa Anda membatalkan?"),
        choices=endings.Why.choices,
        widget=forms.RadioSelect,
        error_messages={"required": endings.WHY_ODD, "invalid_choice": endings.WHY_ODD},
    )
