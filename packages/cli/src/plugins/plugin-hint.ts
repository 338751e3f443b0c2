/** How a command is given the plugin that an error asks for: core's messages speak of `registry.use`. */
export function pluginHint(message: string): string | null {
  return message.includes('registry.use(')
    ? 'On the command line, --plugin PACKAGE registers the plugin of an installed package'
    : null;
}
