import { resource } from '#api/resource.ts'
import { PodTemplate, PodTemplateList } from './message.ts'

export const podTemplates = resource('podtemplates', PodTemplate, PodTemplateList)
