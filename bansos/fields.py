"""Model fields for identity data and for whole rupiah."""

from typing import Any

from django.db import models

from bansos import crypto

# In a model's `ERASED`: which fields name somebody, and what stands there once that is no longer kept. An encrypted
# field becomes NULL or an empty text, its index NULL or random bytes, whatever stands here for them.
ERASED_NAME = "Data dihapus"
FIRST_OF_YEAR = "first of year"


class EncryptedField(models.BinaryField):
    """Text kept encrypted. In Python it is `str`; in the database it is bytes that only the key ring opens.

    Give the model an `IndexField` beside it when the value must be found or unique.
    """

    description = "Teks tersandi"
    _pyi_private_get_type: Any  # for the type checker: text, where a BinaryField gives bytes

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("editable", True)
        super().__init__(*args, **kwargs)

    @property
    def aad(self) -> str:
        """Name of the column the ciphertext is bound to. History copies keep the origin's binding."""
        tracked = getattr(self.model, "pgh_tracked_model", None)
        table = (tracked or self.model)._meta.db_table
        return f"{table}.{self.name}"

    def get_db_prep_value(self, value, connection, prepared=False):
        if isinstance(value, str):
            value = crypto.encrypt(value, self.aad)
        return super().get_db_prep_value(value, connection, prepared)

    def from_db_value(self, value, expression, connection):
        return None if value is None else crypto.decrypt(bytes(value), self.aad)

    def to_python(self, value):
        return value

    def value_to_string(self, obj):
        return self.value_from_object(obj)

    def formfield(self, **kwargs):
        return models.Field.formfield(self, **kwargs)


class IndexField(models.BinaryField):
    """Blind index of the encrypted field `of`, computed on save.

    Writers that bypass `save` (COPY, bulk updates) compute it with `crypto.blind_index`.
    """

    def __init__(self, of: str = "", kind: str = "", **kwargs):
        self.of, self.kind = of, kind
        kwargs.setdefault("editable", False)
        kwargs.setdefault("max_length", 32)
        super().__init__(**kwargs)

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, kwargs | {"of": self.of, "kind": self.kind}

    def pre_save(self, instance, add):
        source = getattr(instance, self.of, None)
        if not self.of or not hasattr(instance, self.of):
            return super().pre_save(instance, add)
        value = crypto.blind_index(source, self.kind) if source else None
        setattr(instance, self.attname, value)
        return value


class RupiahField(models.BigIntegerField):
    """Whole rupiah, never a fraction."""

    description = "Rupiah"


class DerivedField(models.GeneratedField):
    """A stored column that the database works out from others of its row. PostgreSQL always can, so checks ask none."""

    def __init__(self, *, expression, output_field, db_persist=True, **kwargs):
        super().__init__(expression=expression, output_field=output_field, db_persist=db_persist, **kwargs)

    def _check_supported(self, databases):
        return []

    def _check_persistence(self, databases):
        return []
