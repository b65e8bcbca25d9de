import type { CustomResourceDefinition } from '#api/apiextensions/customresourcedefinition/message.ts'
import type { Resource } from '#api/resource.ts'
import type { JsonSchema } from '#schema/structural/json-schema.ts'

type Column = Readonly<{ name: string; type: string; jsonPath: string; priority?: number }>

interface Version {
  readonly name: string
  readonly schema: JsonSchema
  /** Absent: it is served and not stored. */
  readonly isStored?: true
  /** Absent: the age. */
  readonly columns?: readonly Column[]
  readonly isDeprecated?: true
}

const AGE: Column = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' }

/** What a definition has beside the names of its kind, and its versions as they stand in it. */
interface More {
  readonly versions: readonly Version[]
  readonly hasStatus?: boolean
  readonly labels?: { readonly [label: string]: string }
  /** Absent: those of the Gateway API. */
  readonly annotations?: { readonly [annotation: string]: string }
}

/** By them clients and suites know which release of the Gateway API is there; some refuse what is mixed. */
const ANNOTATIONS = {
  // Without it a group of kubernetes' own is not taken.
  'api-approved.kubernetes.io': 'https://github.com/kubernetes-sigs/gateway-api/pull/4530',
  'gateway.networking.k8s.io/bundle-version': 'v1.5.1',
  'gateway.networking.k8s.io/channel': 'experimental',
}

/** The definition of a kind of gateway.networking.k8s.io, or of ours; its names and scope are those of the resource. */
export const definitionOf = (
  { group, kind, plural, singular, shortNames, categories, namespaced }: Resource,
  { versions, hasStatus = true, labels, annotations = ANNOTATIONS }: More,
): CustomResourceDefinition =>
  ({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}`, annotations, ...(labels && { labels }) },
    spec: {
      group,
      scope: namespaced ? 'Namespaced' : 'Cluster',
      names: {
        kind,
        listKind: `${kind}List`,
        plural,
        singular,
        categories,
        ...(shortNames.length > 0 && { shortNames }),
      },
      versions: versions.map(({ name, schema, isStored = false, columns = [], isDeprecated }) => ({
        name,
        served: true,
        storage: isStored,
        ...(isDeprecated && { deprecated: true, deprecationWarning: `${kind} ${name} is deprecated: write v1` }),
        schema: { openAPIV3Schema: schema },
        additionalPrinterColumns: [
          ...columns.filter(({ priority }) => !priority),
          AGE,
          ...columns.filter(({ priority }) => priority),
        ],
        ...(hasStatus && { subresources: { status: {} } }),
      })),
    },
  }) as unknown as CustomResourceDefinition
