import type { Descriptions } from '#api/openapi/description.ts'

const IMMUTABLE = 'Whether the contents are fixed for good; it can be set, and not taken back.'

export const descriptions: Descriptions = {
  ConfigMap: {
    about: 'A ConfigMap holds settings for pods, as environment variables or files.',
    fields: {
      data: 'Texts by key. A key is a file’s name where the map is mounted.',
      binaryData: 'The same for what is no UTF-8, in base64.',
      immutable: IMMUTABLE,
    },
  },
}
