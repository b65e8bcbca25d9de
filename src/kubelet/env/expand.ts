/**
 * Expands `$(NAME)` as Kubernetes does in env values, commands and args: unknown names stay as they are, `$$(NAME)` is
 * a literal `$(NAME)`.
 */
export const expandVariables = (text: string, lookup: (name: string) => string | undefined): string =>
  text.replace(/\$\$|\$\(([^)]*)\)/g, (whole, name: string | undefined) => {
    if (whole === '$$') return '$'
    return lookup(name ?? '') ?? whole
  })
