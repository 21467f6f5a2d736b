-- Loads a month of orders into the warehouse.
create table if not exists orders (
  order_id bigint primary key,
  ordered_at timestamp with time zone not null,
  store char(3) not null,
  customer_id integer,
  channel varchar(8) not null,
  total numeric(10, 2) not null,
  paid boolean not null
);
