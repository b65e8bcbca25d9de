import { kind } from '#api/catalogue/kind.ts'
import { podTemplateColumns } from './columns.ts'
import { defaultPodTemplate } from './defaults.ts'
import { podTemplates } from './resource.ts'

export const podTemplate = kind({
  resource: podTemplates,
  defaults: defaultPodTemplate,
  generation: ({ template }) => template,
  answersDeleted: true,
  isInert: true,
  columns: podTemplateColumns,
})
