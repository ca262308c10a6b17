import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

// A type-only import of a DTO erases the decorator metadata, and with it all validation.
const dtoAsValue = 'Import a DTO as a value: ValidationPipe needs its class at run time.';

export default tseslint.config(
  // Generated from the OpenAPI document: its form is that of the generator, and a test compares it with what that makes.
  { ignores: ['dist/', 'coverage/', 'bench/', 'examples/', 'src/client/generated/', '**/*.mjs', '*.cjs'] },
  js.configs.recommended,
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      'no-restricted-syntax': [
        'error',
        { selector: 'ImportDeclaration[importKind="type"][source.value=/\\.dto\\.ts$/]', message: dtoAsValue },
        {
          selector: 'ImportDeclaration[source.value=/\\.dto\\.ts$/] > ImportSpecifier[importKind="type"]',
          message: dtoAsValue,
        },
      ],
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      // A promise returned out of a `using` or `try` block without await outlives what it works with.
      '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    },
  },
  {
    // Nest reads constructor types at run time: there a class is imported as a value even where only its type is seen.
    files: ['**/*.{module,service,controller,gateway,guard,filter,interceptor}.ts'],
    rules: { '@typescript-eslint/consistent-type-imports': 'off' },
  },
  prettier,
);
