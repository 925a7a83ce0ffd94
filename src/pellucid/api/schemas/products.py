"""Products on the wire."""

from pellucid.api.schemas.users import User
from pellucid.api.schemas.wire import Time, Wire
from pellucid.domain import product


class Product(Wire):
    id: str
    name: str
    parent: str
    description: str
    create_time: Time
    author: User

    @classmethod
    def of(cls, value: product.Product) -> "Product":
        return cls(
            id=value.id,
            name=value.name,
            parent=f"orgs/{value.org_id}",
            description=value.description,
            create_time=value.create_time,
            author=User.of(value.author),
        )


class Products(Wire):
    products: list[Product]


class NewProduct(Wire):
    name: str
    description: str = ""


class ProductChange(Wire):
    """What is absent or null stays as it is."""

    name: str | None = None
    description: str | None = None
