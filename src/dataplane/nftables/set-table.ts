import { type ElementLayout, layoutOf } from './element-layout.ts'
import { TABLE_FAMILIES, type TableFamily } from './rule.ts'
import type { SetDefinition, SetOwner } from './set-definition.ts'

/** The sets of a ruleset, by name. Their number and shape never change; only their elements do. */
export class SetTable {
  readonly definitions: readonly SetDefinition[]
  readonly #layouts: { readonly [family in TableFamily]: ReadonlyMap<string, ElementLayout> }

  constructor(definitions: readonly SetDefinition[]) {
    this.definitions = definitions
    const of = (family: TableFamily) => new Map(definitions.map((one) => [one.name, layoutOf(one, family)]))
    this.#layouts = { ip: of('ip'), ip6: of('ip6') }
  }

  /** How the elements of a set are written. */
  layout(family: TableFamily, name: string): ElementLayout {
    const layout = this.#layouts[family].get(name)
    if (layout === undefined) throw new Error(`the ruleset has no set ${name}`)
    return layout
  }

  /** Of both families. */
  get layouts(): readonly ElementLayout[] {
    return TABLE_FAMILIES.flatMap((family) => [...this.#layouts[family].values()])
  }

  ownedBy(...owners: readonly SetOwner[]): readonly SetDefinition[] {
    return this.definitions.filter(({ owner }) => owners.includes(owner))
  }
}
