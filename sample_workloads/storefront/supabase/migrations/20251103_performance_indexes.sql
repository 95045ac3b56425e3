CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_products_vendor_status_published ON products(vendor_id, status) WHERE status = 'published';
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_products_status_stock ON products(status, stock_quantity) WHERE status = 'published' AND stock_quantity > 0;
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_products_vendor_created ON products(vendor_id, created_at DESC);
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_inventory_vendor_quantity ON inventory(vendor_id, quantity) WHERE quantity > 0;
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_inventory_product_location_qty ON inventory(product_id, location_id, quantity);
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_orders_created_status ON orders(created_at DESC, status);
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_order_items_vendor_created ON order_items(vendor_id, created_at DESC);
ANALYZE products; ANALYZE inventory; ANALYZE orders; ANALYZE order_items;
