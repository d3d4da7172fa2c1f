/**
 * The Mantine theme and its variables. Components read the `--ap-*` variables (what a colour is
 * for), never a shade by number; plain elements and charts use the same, so that a switch of scheme
 * needs no render.
 */
import {
  ActionIcon,
  Button,
  type CSSVariablesResolver,
  createTheme,
  type MantineColorsTuple,
} from '@mantine/core';
import { DARK, LIGHT, type Token } from './colors.ts';

const graphite: MantineColorsTuple = [
  DARK['ink-1'],
  '#cfcbc5',
  DARK['ink-2'],
  DARK['ink-3'],
  DARK['line-strong'],
  DARK.line,
  DARK.raised,
  DARK.canvas,
  DARK.sunken,
  '#080706',
];
const stone: MantineColorsTuple = [
  LIGHT.canvas,
  LIGHT.raised,
  LIGHT.line,
  LIGHT['line-strong'],
  '#b8b3ac',
  LIGHT.control,
  LIGHT['ink-3'],
  LIGHT['ink-2'],
  '#38332d',
  LIGHT['ink-1'],
];
const honey: MantineColorsTuple = [
  '#fff7e3',
  '#fdebc2',
  '#fadd98',
  '#f8cf70',
  '#f4b949',
  '#f2b036',
  '#e8a118',
  '#b97c0c',
  '#875806',
  '#5c3b03',
];

/** The Mantine theme. Give it to `MantineProvider` together with {@link cssVariablesResolver}. */
export const theme = createTheme({
  primaryColor: 'honey',
  primaryShade: { light: 5, dark: 4 },
  autoContrast: true,
  black: LIGHT['ink-1'],
  white: '#ffffff',
  colors: { honey, dark: graphite, gray: stone },
  fontFamily: "'Hanken Grotesk Variable', system-ui, sans-serif",
  fontFamilyMonospace: "'M PLUS 1 Code Variable', ui-monospace, 'DejaVu Sans Mono', monospace",
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '20px' },
  lineHeights: { xs: '1.35', sm: '1.45', md: '1.5', lg: '1.4', xl: '1.3' },
  spacing: { xs: '4px', sm: '8px', md: '12px', lg: '16px', xl: '24px' },
  radius: { xs: '3px', sm: '4px', md: '6px', lg: '8px', xl: '12px' },
  defaultRadius: 'md',
  respectReducedMotion: true,
  cursorType: 'pointer',
  components: {
    Button: Button.extend({
      defaultProps: { size: 'xs', variant: 'default' },
      vars: (_, { size }) => ({
        root:
          size === 'xs'
            ? { '--button-height': '30px', '--button-fz': '13px', '--button-padding-x': '11px' }
            : {},
      }),
      styles: { root: { fontWeight: 560 } },
    }),
    ActionIcon: ActionIcon.extend({
      defaultProps: { variant: 'subtle', color: 'gray', size: 28 },
    }),
    TextInput: { defaultProps: { size: 'xs' } },
    Checkbox: { defaultProps: { size: 'xs' } },
  },
});

/** Points Mantine's own variables at the colours; `colors-css.ts` writes those. */
export const cssVariablesResolver: CSSVariablesResolver = () => ({
  variables: {},
  light: schemeVariables(LIGHT),
  dark: schemeVariables(DARK),
});

function schemeVariables(tokens: Record<Token, string>): Record<`--${string}`, string> {
  return {
    '--mantine-color-body': tokens.canvas,
    '--mantine-color-text': tokens['ink-1'],
    '--mantine-color-dimmed': tokens['ink-3'],
    '--mantine-color-placeholder': tokens['ink-3'],
    '--mantine-color-anchor': tokens['honey-ink'],
    '--mantine-color-error': tokens['error-ink'],
    '--mantine-color-default': tokens.surface,
    '--mantine-color-default-hover': tokens.raised,
    '--mantine-color-default-border': tokens['line-strong'],
  };
}
