import type { Kind } from '#api/catalogue/kind.ts'
import { apiService } from './apiservice/kind.ts'

/** What is served of the group `apiregistration.k8s.io`. */
export const apiregistrationKinds: readonly Kind[] = [apiService]
