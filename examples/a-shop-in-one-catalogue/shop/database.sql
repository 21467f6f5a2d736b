CREATE SCHEMA sales;
CREATE TYPE sales.payment AS ENUM ('card', 'cash', 'invoice');
CREATE TABLE sales.customer (
  id integer PRIMARY KEY,
  name text NOT NULL,
  email text UNIQUE
);
COMMENT ON TABLE sales.customer IS 'Who buys in the web shop';
CREATE TABLE sales.customer_order (
  id integer PRIMARY KEY,
  customer integer NOT NULL REFERENCES sales.customer,
  placed timestamp with time zone NOT NULL DEFAULT now(),
  paid_by sales.payment
);
CREATE TABLE sales.order_line (
  customer_order integer REFERENCES sales.customer_order,
  line integer,
  product text NOT NULL,
  pieces integer NOT NULL CHECK (pieces > 0),
  price numeric(9, 2) NOT NULL,
  PRIMARY KEY (customer_order, line)
);
CREATE VIEW sales.revenue AS
  SELECT product, sum(pieces * price) AS revenue FROM sales.order_line GROUP BY product;
