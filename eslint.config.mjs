import js from "@eslint/js";
import tseslint from "typescript-eslint";

export default tseslint.config(
  // Images have files for browsers.
  {
    ignores: ["node_modules/", ".stackberth/", "toolchain/", "tools/cluster/real/images/*/rootfs/"],
  },
  js.configs.recommended,
  {
    files: ["**/*.cjs"],
    languageOptions: {
      globals: { __dirname: "readonly", console: "readonly", process: "readonly" },
    },
  },
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      "@typescript-eslint/no-unused-vars": [
        "error",
        { argsIgnorePattern: "^_", varsIgnorePattern: "^_" },
      ],
      "@typescript-eslint/restrict-template-expressions": "off",
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: true },
      ],
      eqeqeq: "error",
    },
  },
  {
    files: ["tests/**/*.ts"],
    rules: {
      // An assertion in an apply that nobody awaits passes when it is false.
      "no-restricted-syntax": [
        "error",
        {
          selector:
            "CallExpression[callee.property.name='apply'] CallExpression[callee.object.name='assert']",
          message: "await the value and assert on it; nobody waits for an assertion in apply",
        },
        {
          selector:
            "CallExpression[callee.property.name='apply'] CallExpression[callee.name='assert']",
          message: "await the value and assert on it; nobody waits for an assertion in apply",
        },
      ],
    },
  },
);
