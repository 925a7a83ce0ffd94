"""Products: list, create, change, archive."""

from pellucid.api.dependencies import Caller, Products
from pellucid.api.parameters import ProductId
from pellucid.api.router import ContractRouter
from pellucid.api.schemas import products as schemas
from pellucid.api.schemas.bulk import BulkIds

router = ContractRouter()


@router.operation("ListProducts")
def list_products(caller: Caller, products: Products) -> schemas.Products:
    return schemas.Products(products=[schemas.Product.of(product) for product in products.list(caller)])


@router.operation("CreateProduct")
def create_product(caller: Caller, products: Products, body: schemas.NewProduct) -> schemas.Product:
    return schemas.Product.of(products.create(caller, body.name, body.description))


@router.operation("GetProduct")
def get_product(product_id: ProductId, caller: Caller, products: Products) -> schemas.Product:
    return schemas.Product.of(products.get(caller, product_id))


@router.operation("UpdateProduct")
def update_product(
    product_id: ProductId, caller: Caller, products: Products, body: schemas.ProductChange
) -> schemas.Product:
    changed = products.update(caller, product_id, name=body.name, description=body.description)
    return schemas.Product.of(changed)


@router.operation("BulkArchiveProducts")
def archive_products(caller: Caller, products: Products, body: BulkIds) -> BulkIds:
    return BulkIds(ids=list(products.archive(caller, body.ids)))


@router.operation("BulkUnarchiveProducts")
def unarchive_products(caller: Caller, products: Products, body: BulkIds) -> BulkIds:
    return BulkIds(ids=list(products.unarchive(caller, body.ids)))
