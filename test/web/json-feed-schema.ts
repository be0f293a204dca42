/** JSON Feed 1.1 as a JSON Schema, written from https://www.jsonfeed.org/version/1.1/. */

const author = {
  type: 'object',
  properties: {
    name: { type: 'string' },
    url: { type: 'string', format: 'uri' },
    avatar: { type: 'string', format: 'uri' },
  },
  minProperties: 1,
  additionalProperties: false,
};

const attachment = {
  type: 'object',
  required: ['url', 'mime_type'],
  properties: {
    url: { type: 'string', format: 'uri' },
    mime_type: { type: 'string', pattern: '^[a-z]+/[a-z0-9.+-]+$' },
    title: { type: 'string' },
    size_in_bytes: { type: 'integer', minimum: 0 },
    duration_in_seconds: { type: 'number', minimum: 0 },
  },
  additionalProperties: false,
};

const item = {
  type: 'object',
  required: ['id'],
  // At least one of both must be there.
  anyOf: [{ required: ['content_html'] }, { required: ['content_text'] }],
  properties: {
    id: { type: 'string', minLength: 1 },
    url: { type: 'string', format: 'uri' },
    external_url: { type: 'string', format: 'uri' },
    title: { type: 'string' },
    content_html: { type: 'string' },
    content_text: { type: 'string' },
    summary: { type: 'string' },
    image: { type: 'string', format: 'uri' },
    banner_image: { type: 'string', format: 'uri' },
    date_published: { type: 'string', format: 'date-time' },
    date_modified: { type: 'string', format: 'date-time' },
    authors: { type: 'array', items: author },
    tags: { type: 'array', items: { type: 'string' }, uniqueItems: true },
    language: { type: 'string' },
    attachments: { type: 'array', items: attachment },
  },
  additionalProperties: false,
};

export const JSON_FEED_SCHEMA = {
  type: 'object',
  required: ['version', 'title', 'items'],
  properties: {
    version: { const: 'https://jsonfeed.org/version/1.1' },
    title: { type: 'string' },
    home_page_url: { type: 'string', format: 'uri' },
    feed_url: { type: 'string', format: 'uri' },
    description: { type: 'string' },
    user_comment: { type: 'string' },
    next_url: { type: 'string', format: 'uri' },
    icon: { type: 'string', format: 'uri' },
    favicon: { type: 'string', format: 'uri' },
    authors: { type: 'array', items: author },
    language: { type: 'string' },
    expired: { type: 'boolean' },
    hubs: {
      type: 'array',
      items: {
        type: 'object',
        required: ['type', 'url'],
        properties: { type: { type: 'string' }, url: { type: 'string', format: 'uri' } },
        additionalProperties: false,
      },
    },
    items: { type: 'array', items: item },
  },
  additionalProperties: false,
};
