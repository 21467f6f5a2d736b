/** Registers schemas by the Confluent registry's REST, apart from the connector. */
export class TestRegistry {
  constructor(readonly url: string) {}

  async register(
    subject: string,
    schema: unknown,
    more: { readonly schemaType?: string; readonly references?: readonly object[] } = {},
  ): Promise<void> {
    const text = typeof schema === 'string' ? schema : JSON.stringify(schema);
    await this.#send('POST', `/subjects/${encodeURIComponent(subject)}/versions`, { schema: text, ...more });
  }

  async keep(subject: string, compatibility: string): Promise<void> {
    await this.#send('PUT', `/config/${encodeURIComponent(subject)}`, { compatibility });
  }

  /** @param version - default: the subject as a whole */
  async remove(subject: string, version?: number): Promise<void> {
    const which = version === undefined ? '' : `/versions/${version}`;
    await this.#send('DELETE', `/subjects/${encodeURIComponent(subject)}${which}`);
  }

  async #send(method: string, path: string, body?: object): Promise<void> {
    const headers = { 'content-type': 'application/vnd.schemaregistry.v1+json' };
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const answer = await fetch(`${this.url}${path}`, { method, headers, ...sent });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  }
}

export const orderSchema = {
  type: 'record',
  name: 'Order',
  namespace: 'org.shop',
  doc: 'What somebody bought.',
  fields: [
    { name: 'id', type: 'string' },
    { name: 'sum', type: 'org.shop.Money' },
    { name: 'at', type: { type: 'long', logicalType: 'timestamp-millis' } },
    { name: 'tags', type: { type: 'map', values: 'string' } },
    {
      name: 'lines',
      type: { type: 'array', items: { type: 'record', name: 'Line', fields: [{ name: 'sku', type: 'string' }] } },
    },
    { name: 'note', type: ['null', 'string'], default: null },
  ],
};

export const moneySchema = {
  type: 'record',
  name: 'Money',
  namespace: 'org.shop',
  fields: [{ name: 'cents', type: 'long' }],
};

export const paymentSchema = {
  title: 'Payment',
  type: 'object',
  required: ['id'],
  properties: { id: { type: 'string', format: 'uuid' }, way: { enum: ['card', 'cash'] } },
};

export const shipmentSchema = `syntax = "proto3";
package org.shop;
message Shipment {
  string id = 1;
  repeated Parcel parcels = 2;
}
message Parcel {
  double weight = 1;
}
`;
