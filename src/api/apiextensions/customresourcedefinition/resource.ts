import { resource } from '#api/resource.ts'
import { CustomResourceDefinition, CustomResourceDefinitionList } from './message.ts'

export const customResourceDefinitions = resource(
  'customresourcedefinitions',
  CustomResourceDefinition,
  CustomResourceDefinitionList,
  { shortNames: ['crd', 'crds'], categories: ['api-extensions'], namespaced: false },
)
