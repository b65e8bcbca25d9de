import type { Descriptions } from '#api/openapi/description.ts'

const IMMUTABLE = 'Whether the contents are fixed for good; it can be set, and not taken back.'

export const descriptions: Descriptions = {
  Secret: {
    about: 'A Secret holds what not everybody may read. It is encoded, not encrypted.',
    fields: {
      data: 'Values by key, in base64.',
      stringData: 'The same as plain text, for writing only: it goes into data.',
      type: 'What it is for; some types demand certain keys. Default Opaque. It cannot change.',
      immutable: IMMUTABLE,
    },
  },
}
