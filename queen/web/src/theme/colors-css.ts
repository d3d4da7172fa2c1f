import { DARK, LIGHT, type Token } from './colors.ts';

/**
 * The colours as a style sheet: `--ap-<token>` for each scheme. It is made when the pages are built, so that what is
 * painted before any script has run is in the right scheme already.
 */
export function colorsCss(): string {
  return `${ruleOf('dark', DARK)}${ruleOf('light', LIGHT)}`;
}

function ruleOf(scheme: 'dark' | 'light', tokens: Record<Token, string>): string {
  const own = Object.entries(tokens).map(([token, value]) => `--ap-${token}:${value};`);
  return `:root[data-mantine-color-scheme='${scheme}']{color-scheme:${scheme};${own.join('')}}\n`;
}
