"""Buttons on an object's page that run one verb: asked once more, done by POST, refused in a sentence."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.functional import Promise

from bansos.admin_base import ScopedAdmin
from bansos.scope import covers


@dataclass(frozen=True)
class Step:
    """One verb as a button: `permissions` of which one is enough, and what is asked and told."""

    name: str
    label: Promise | str
    icon: str
    verb: Callable
    permissions: tuple[str, ...]
    question: Promise | str
    done: Promise | str
    variant: str = "primary"
    asks_reason: bool = False  # the verb takes `reason`

    def allowed(self, user, region: str) -> bool:
        """Tells whether `user` may do this in `region`."""
        return covers(user, region) and any(user.has_perm(permission) for permission in self.permissions)


class StepsAdmin(ScopedAdmin):
    """A ModelAdmin with `<id>/langkah/<step>/`. Set `steps`, `argument` (the verb's) and `refusal` (its error)."""

    steps: tuple[Step, ...] = ()
    argument = ""
    refusal: type[ValueError] = ValueError

    def open_steps(self, obj) -> tuple[str, ...]:
        """Returns the names of the steps that `obj` is ready for, the usual one first."""
        raise NotImplementedError

    def steps_for(self, request, obj) -> list[Step]:
        known = {step.name: step for step in self.steps}
        ready = [known[name] for name in self.open_steps(obj)]
        return [step for step in ready if step.allowed(request.user, obj.region_id)]

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}_langkah"
        view = self.admin_site.admin_view(self.step_view)
        return [path("<int:object_id>/langkah/<slug:step>/", view, name=name), *super().get_urls()]

    def step_view(self, request, object_id: int, step: str):
        obj = self.get_object(request, str(object_id))
        found = next((known for known in self.steps if known.name == step), None)
        if obj is None or found is None:
            raise Http404
        if not found.allowed(request.user, obj.region_id):
            raise PermissionDenied
        back = self.page_of(obj)
        if request.method == "POST":
            self.take(request, found, obj)
            return redirect(back)
        context = {"title": found.label, "subtitle": str(obj), "step": found, "back": back, "opts": self.opts}
        return TemplateResponse(
            request, "admin/distribution/langkah.html", self.admin_site.each_context(request) | context
        )

    def take(self, request, step: Step, obj) -> None:
        try:
            reason = {"reason": request.POST.get("reason", "")} if step.asks_reason else {}
            step.verb(**{self.argument: obj}, **reason, by=request.user)
        except self.refusal as error:
            messages.error(request, str(error))
        else:
            messages.success(request, str(step.done))

    def page_of(self, obj) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[obj.pk])

    def buttons(self, request, obj) -> list[dict]:
        """Returns the steps as a template draws them; one is the main one."""
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_langkah"
        return [
            {
                "step": step,
                "url": reverse(name, args=[obj.pk, step.name]),
                "variant": "default" if number or step.variant == "danger" else "primary",
            }
            for number, step in enumerate(self.steps_for(request, obj))
        ]
