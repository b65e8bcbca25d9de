interface LockedPackage {
  readonly dev?: boolean
  readonly optional?: boolean
}

/** Names of the npm packages that run, not those of development or of other platforms. `lock`: package-lock.json's text. */
export const bundledPackages = (lock: string): readonly string[] => {
  const { packages } = JSON.parse(lock) as { readonly packages: Readonly<Record<string, LockedPackage>> }
  return Object.entries(packages)
    .filter(([path, { dev, optional }]) => path.startsWith('node_modules/') && !dev && !optional)
    .map(([path]) => path.slice('node_modules/'.length))
}
