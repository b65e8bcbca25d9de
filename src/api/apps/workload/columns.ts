import type { Container } from '#api/core/pod/spec/container.ts'

export const names = (containers: readonly Container[] | undefined): string =>
  (containers ?? []).map(({ name }) => name).join(',')

export const images = (containers: readonly Container[] | undefined): string =>
  (containers ?? []).map(({ image }) => image ?? '').join(',')
