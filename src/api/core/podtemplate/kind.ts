import { kind } from '#api/catalogue/kind.ts'
import { validateMetadata, validateMetadataUpdate } from '#api/validation/metadata.ts'
import { dnsSubdomain } from '#api/validation/names.ts'
import { validateTemplate } from '../pod/validate/template.ts'
import { templateWarnings } from '../pod/warnings/warnings.ts'
import { podTemplateColumns } from './columns.ts'
import { defaultPodTemplate } from './defaults.ts'
import type { PodTemplate } from './message.ts'
import { podTemplates } from './resource.ts'

const checkTemplate = ({ template = {} }: PodTemplate) => validateTemplate(template, 'template')

export const podTemplate = kind({
  resource: podTemplates,
  defaults: defaultPodTemplate,
  generation: ({ template }) => template,
  answersDeleted: true,
  validate: {
    create: (object) => [...validateMetadata(object.metadata, true, dnsSubdomain), ...checkTemplate(object)],
    update: (object, old) => [...validateMetadataUpdate(object.metadata, old.metadata), ...checkTemplate(object)],
  },
  warnings: ({ template }) => templateWarnings(template, 'template'),
  columns: podTemplateColumns,
})
