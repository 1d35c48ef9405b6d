"""How forms are drawn."""

from django.forms.renderers import TemplatesSetting


class Renderer(TemplatesSetting):
    """Widgets are Django's own; a field stands with its label, without the colon that Django adds to it."""

    field_template_name = "components/field.html"
