import { utf8Bytes } from '../utf8.ts'
import type { Schema } from './openapi-schemas.ts'
import type { OpenApiV2, OperationV2, ParameterV2, PathItemV2 } from './openapi-v2.ts'

/**
 * Writes protobuf from the end to the beginning, so that the length of a message is known when its header is due.
 * Fields are therefore written last to first.
 */
class ReverseWriter {
  #bytes = new Uint8Array(1 << 18)
  #at = this.#bytes.length

  get #length(): number {
    return this.#bytes.length - this.#at
  }

  finish(): Uint8Array {
    return this.#bytes.slice(this.#at)
  }

  string(field: number, text: string | undefined): void {
    if (text === undefined) return
    const end = this.#length
    this.#text(text)
    this.#header(field, end)
  }

  strings(field: number, texts: readonly string[]): void {
    for (let i = texts.length - 1; i >= 0; i--) this.string(field, texts[i]!)
  }

  bool(field: number, value: boolean | undefined): void {
    if (value !== true) return
    this.#varint(1)
    this.#varint(field << 3)
  }

  /** A union's flag, of which false says something too: AdditionalPropertiesItem { boolean } */
  flag(field: number, value: boolean | undefined): void {
    if (value === undefined) return
    this.message(field, () => {
      this.#varint(value ? 1 : 0)
      this.#varint(2 << 3)
    })
  }

  /** A count, which proto3 leaves out where it is zero. */
  integer(field: number, value: number | undefined): void {
    if (!value) return
    this.#varint(Math.min(value, 0x7fffffff))
    this.#varint(field << 3)
  }

  double(field: number, value: number | undefined): void {
    if (!value) return
    this.#reserve(8)
    new DataView(this.#bytes.buffer).setFloat64(this.#at, value, true)
    this.#varint((field << 3) | 1)
  }

  /** Writes what `write` writes as a message of that field number. */
  message(field: number, write: () => void): void {
    const end = this.#length
    write()
    this.#header(field, end)
  }

  /** A repeated message, one an item. */
  each<T>(field: number, items: readonly T[], write: (item: T) => void): void {
    for (let i = items.length - 1; i >= 0; i--) this.message(field, () => write(items[i]!))
  }

  #header(field: number, end: number): void {
    this.#varint(this.#length - end)
    this.#varint((field << 3) | 2)
  }

  #varint(value: number): void {
    let size = 1
    for (let rest = value >>> 7; rest > 0; rest >>>= 7) size++
    this.#reserve(size)
    for (let i = 0, rest = value; i < size; i++, rest >>>= 7)
      this.#bytes[this.#at + i] = i < size - 1 ? (rest & 127) | 128 : rest & 127
  }

  #text(text: string): void {
    this.#reserve(text.length)
    const start = this.#at
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i)
      if (code >= 0x80) {
        this.#at = start + text.length
        this.#utf8(text)
        return
      }
      this.#bytes[start + i] = code
    }
  }

  #utf8(text: string): void {
    const bytes = utf8Bytes(text)
    this.#reserve(bytes.length)
    this.#bytes.set(bytes, this.#at)
  }

  #reserve(size: number): void {
    if (this.#at < size) {
      const larger = new Uint8Array(this.#bytes.length * 2 + size)
      larger.set(this.#bytes.subarray(this.#at), larger.length - this.#length)
      this.#at += larger.length - this.#bytes.length
      this.#bytes = larger
    }
    this.#at -= size
  }
}

/**
 * Encodes an OpenAPI v2 document as gnostic's `openapi.v2.Document` message (OpenAPIv2.proto of google/gnostic), which
 * kubectl asks for as `application/com.github.proto-openapi.spec.v2@v1.0+protobuf`.
 */
export const encodeOpenApiV2 = (document: OpenApiV2): Uint8Array => {
  const writer = new ReverseWriter()
  writer.message(9, () => namedSchemas(writer, document.definitions))
  writer.message(8, () =>
    writer.each(2, Object.entries(document.paths), ([path, item]) => {
      writer.message(2, () => pathItem(writer, item))
      writer.string(1, path)
    }),
  )
  writer.message(2, () => {
    writer.string(2, document.info.version)
    writer.string(1, document.info.title)
  })
  writer.string(1, document.swagger)
  return writer.finish()
}

const METHODS = [
  ['patch', 8],
  ['head', 7],
  ['options', 6],
  ['delete', 5],
  ['post', 4],
  ['put', 3],
  ['get', 2],
] as const

const pathItem = (writer: ReverseWriter, item: PathItemV2): void => {
  writer.each(9, item.parameters, (entry) => parametersItem(writer, entry))
  for (const [method, field] of METHODS) {
    const entry = item[method]
    if (entry !== undefined) writer.message(field, () => operation(writer, entry))
  }
}

const operation = (writer: ReverseWriter, entry: OperationV2): void => {
  extensions(writer, 13, entry)
  writer.strings(10, entry.schemes)
  writer.message(9, () =>
    writer.each(1, Object.entries(entry.responses), ([status, { description, schema }]) => {
      // NamedResponseValue { name, ResponseValue { Response { description, SchemaItem { Schema } } } }
      writer.message(2, () =>
        writer.message(1, () => {
          if (schema !== undefined) writer.message(2, () => writer.message(1, () => schemaOf(writer, schema)))
          writer.string(1, description)
        }),
      )
      writer.string(1, status)
    }),
  )
  writer.each(8, entry.parameters ?? [], (parameter) => parametersItem(writer, parameter))
  writer.strings(7, entry.consumes)
  writer.strings(6, entry.produces)
  writer.string(5, entry.operationId)
  writer.strings(1, entry.tags)
}

/** ParametersItem { Parameter { BodyParameter | NonBodyParameter { query | path } } } */
const parametersItem = (writer: ReverseWriter, parameter: ParameterV2): void =>
  writer.message(1, () => {
    const { name, type, schema } = parameter
    switch (parameter.in) {
      case 'body':
        return writer.message(1, () => {
          if (schema !== undefined) writer.message(5, () => schemaOf(writer, schema))
          writer.bool(4, parameter.required)
          writer.string(3, 'body')
          writer.string(2, name)
        })
      case 'query':
        return writer.message(2, () =>
          writer.message(3, () => {
            writer.bool(20, parameter.uniqueItems)
            writer.string(6, type)
            writer.string(4, name)
            writer.string(2, 'query')
          }),
        )
      case 'path':
        return writer.message(2, () =>
          writer.message(4, () => {
            writer.bool(19, parameter.uniqueItems)
            writer.string(5, type)
            writer.string(4, name)
            writer.string(2, 'path')
            writer.bool(1, true)
          }),
        )
    }
  })

const schemaOf = (writer: ReverseWriter, schema: Schema): void => {
  extensions(writer, 31, schema)
  const { properties, items, additionalProperties, type } = schema
  if (properties !== undefined) writer.message(25, () => namedSchemas(writer, properties))
  if (items !== undefined) writer.message(23, () => writer.message(1, () => schemaOf(writer, items)))
  if (type !== undefined) writer.message(22, () => writer.string(1, type))
  if (typeof additionalProperties === 'object')
    writer.message(21, () => writer.message(1, () => schemaOf(writer, additionalProperties)))
  else writer.flag(21, additionalProperties)
  writer.each(20, schema.enum ?? [], (value) => any(writer, value))
  writer.strings(19, schema.required ?? [])
  writer.integer(18, schema.minProperties)
  writer.integer(17, schema.maxProperties)
  writer.bool(16, schema.uniqueItems)
  writer.integer(15, schema.minItems)
  writer.integer(14, schema.maxItems)
  writer.string(13, schema.pattern)
  writer.integer(12, schema.minLength)
  writer.integer(11, schema.maxLength)
  writer.bool(10, schema.exclusiveMinimum)
  writer.double(9, schema.minimum)
  writer.bool(8, schema.exclusiveMaximum)
  writer.double(7, schema.maximum)
  writer.double(6, schema.multipleOf)
  if (schema.default !== undefined) writer.message(5, () => any(writer, schema.default))
  writer.string(4, schema.description)
  writer.string(3, schema.title)
  writer.string(2, schema.format)
  writer.string(1, schema.$ref)
}

const namedSchemas = (writer: ReverseWriter, schemas: { readonly [name: string]: Schema }): void =>
  writer.each(1, Object.entries(schemas), ([name, schema]) => {
    writer.message(2, () => schemaOf(writer, schema))
    writer.string(1, name)
  })

/** gnostic's Any holds YAML, and JSON is YAML. */
const any = (writer: ReverseWriter, value: unknown): void => writer.string(2, `${JSON.stringify(value)}\n`)

const extensions = (writer: ReverseWriter, field: number, holder: object): void =>
  writer.each(
    field,
    Object.entries(holder).filter(([key]) => key.startsWith('x-')),
    ([key, value]) => {
      writer.message(2, () => any(writer, value))
      writer.string(1, key)
    },
  )
