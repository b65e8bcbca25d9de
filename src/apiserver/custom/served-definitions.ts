import { plainForm } from '#api/apiextensions/custom/form.ts'
import { textFormat } from '#api/apiextensions/custom/formats.ts'
import { type CustomKinds, type CustomTools, customKinds } from '#api/apiextensions/custom/kind.ts'
import type { CustomResourceDefinition } from '#api/apiextensions/customresourcedefinition/message.ts'
import type { Catalogue } from '#api/catalogue/catalogue.ts'
import type { Kind } from '#api/catalogue/kind.ts'
import { groupVersion, type Resource } from '#api/resource.ts'
import { jsonEqual } from '#schema/json-value.ts'
import { type JsonSchema, someSchema } from '#schema/structural/json-schema.ts'
import { askedForm } from './asked-form.ts'
import { type ConversionWebhookOptions, webhookConversion } from './webhook-conversion.ts'

interface Served extends CustomKinds {
  definition: CustomResourceDefinition
}

/** Whether two states of a definition are served alike. */
const isAlike = (one: CustomResourceDefinition, other: CustomResourceDefinition): boolean =>
  jsonEqual(one.spec, other.spec) && jsonEqual(one.status?.acceptedNames ?? {}, other.status?.acceptedNames ?? {})

const hasRules = ({ spec }: CustomResourceDefinition): boolean =>
  (spec.versions ?? []).some(({ schema }) =>
    someSchema(
      schema?.openAPIV3Schema as JsonSchema | undefined,
      (one) => (one['x-kubernetes-validations'] ?? []).length > 0,
    ),
  )

/** The kinds of definitions in a catalogue. */
export class ServedDefinitions {
  readonly #catalogue: Catalogue
  readonly #conversion: ConversionWebhookOptions
  readonly #served = new Map<string, Served>()
  /** Loaded when the first object comes whose definition has rules in CEL: what a start serves, few ever write. */
  #rules: typeof import('#api/apiextensions/custom/rules/object-rules.ts') | undefined
  /** Loaded when the first object comes. */
  #tools: typeof import('#api/apiextensions/custom/tools.ts') | undefined
  /** Tests of patterns: many fields have the same. */
  readonly #patterns = new Map<string, (text: string) => boolean>()

  constructor(catalogue: Catalogue, conversion: ConversionWebhookOptions) {
    this.#catalogue = catalogue
    this.#conversion = conversion
  }

  /** As which the objects of a definition are stored; undefined for one that is not served. */
  storedOf(name: string): Resource | undefined {
    return this.#served.get(name)?.stored.resource
  }

  /** Serves a definition as it says now. Watches of what it served before end, unless it is served alike. */
  serve(name: string, definition: CustomResourceDefinition): void {
    let known = this.#served.get(name)
    if (known !== undefined && known.definition.metadata?.uid !== definition.metadata?.uid) {
      this.remove(name)
      known = undefined
    }
    if (known !== undefined && isAlike(known.definition, definition)) {
      known.definition = definition
      return
    }
    let isRuled: boolean | undefined
    const needsRules = (): boolean => {
      isRuled ??= hasRules(definition)
      return isRuled
    }
    const kinds = customKinds(
      definition,
      {
        pattern: (pattern) => (text) => this.#test(pattern)(text),
        format: textFormat,
        // Never without them where there are some: what has not been loaded fails the write.
        rules: ({ schema }) => (needsRules() ? this.#rules!.objectRules(schema) : undefined),
        load: () => this.#load(needsRules()),
        form: this.#formOf(definition),
        isTerminating: () => this.#isTerminating(name),
      },
      known?.stored,
    )
    for (const kind of kinds.served) this.#checkFree(kind, known?.served ?? [])
    for (const { resource } of known?.served ?? []) this.#catalogue.remove(resource)
    const served: Served = { ...kinds, definition }
    this.#served.set(name, served)
    if (known === undefined) this.#catalogue.add(kinds.stored)
    for (const kind of kinds.served) this.#catalogue.add(kind)
  }

  /** Serves it no more. Its objects go with it. */
  remove(name: string): void {
    const known = this.#served.get(name)
    if (known === undefined) return
    this.#served.delete(name)
    this.#catalogue.remove(known.stored.resource)
  }

  async #load(withRules: boolean): Promise<void> {
    this.#tools ??= await import('#api/apiextensions/custom/tools.ts')
    if (withRules) this.#rules ??= await import('#api/apiextensions/custom/rules/object-rules.ts')
  }

  /** Whoever writes has it loaded before: what has not been loaded fails the write. */
  #test(pattern: string): (text: string) => boolean {
    let test = this.#patterns.get(pattern)
    if (test === undefined) {
      test = this.#tools!.schemaTools.pattern(pattern)
      this.#patterns.set(pattern, test)
    }
    return test
  }

  #formOf({ spec }: CustomResourceDefinition): CustomTools['form'] {
    const webhook = spec.conversion?.strategy === 'Webhook' ? spec.conversion.webhook : undefined
    if (webhook === undefined) return plainForm
    const convert = webhookConversion(webhook, this.#conversion)
    return (stored, version, versions) => askedForm(stored, version, versions, convert)
  }

  /** Throws TypeError where a kind of our own has the path or the name. */
  #checkFree({ resource }: Kind, own: readonly Kind[]): void {
    const other = this.#catalogue.find(resource) ?? this.#catalogue.findKind(groupVersion(resource), resource.kind)
    if (other === undefined || own.includes(other)) return
    const { plural, kind } = other.resource
    throw new TypeError(
      `${resource.plural}.${resource.group} is not served: the API has ${plural} (${kind}) of its own`,
    )
  }

  #isTerminating(name: string): boolean {
    return this.#served.get(name)?.definition.metadata?.deletionTimestamp !== undefined
  }
}
