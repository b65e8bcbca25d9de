import { resource } from '#api/resource.ts'
import { FlowSchema, FlowSchemaList } from './message.ts'

export const flowSchemas = resource('flowschemas', FlowSchema, FlowSchemaList, { namespaced: false })
