import { kind } from '#api/catalogue/kind.ts'
import { AGE, column, NAME } from '#api/table/column.ts'
import type { IngressClass } from './message.ts'
import { ingressClasses } from './resource.ts'
import { validateIngressClassCreate, validateIngressClassUpdate } from './validate.ts'

const parametersOf = ({ spec }: IngressClass): string => {
  if (spec?.parameters === undefined) return '<none>'
  const { apiGroup, kind: of, name } = spec.parameters
  return apiGroup === undefined ? `${of}/${name}` : `${of}.${apiGroup}/${name}`
}

export const ingressClass = kind({
  resource: ingressClasses,
  defaults({ spec }) {
    if (spec?.parameters) spec.parameters.scope ??= 'Cluster'
  },
  validate: { create: validateIngressClassCreate, update: validateIngressClassUpdate },
  generation: ({ spec }) => spec ?? {},
  columns: [
    NAME,
    column('Controller', 'Who fulfils Ingresses of this class.', ({ spec }: IngressClass) => spec?.controller ?? ''),
    column('Parameters', 'What its controller goes by.', parametersOf),
    AGE,
  ],
})
