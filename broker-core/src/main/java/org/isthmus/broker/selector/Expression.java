package org.isthmus.broker.selector;

import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A part of a selector. Values are strings, booleans, and numbers as {@link Long} (exact) or {@link Double} (approximate); null is the
 * unknown of SQL's three-valued logic. Values of types that do not go together make a comparison false and an arithmetic result unknown;
 * what is no string is neither IN a list nor NOT IN it, neither LIKE nor NOT LIKE.
 */
sealed interface Expression {
    @Nullable
    Object evaluate(PropertySource message);

    /** What values are; of a property only the message says it. */
    enum Type {
        BOOLEAN,
        NUMBER,
        STRING,
        ANY;

        boolean mayBe(Type other) {
            return this == other || this == ANY || other == ANY;
        }
    }

    /** What this evaluates to, where it is known at all. */
    default Type type() {
        return Type.BOOLEAN;
    }

    /** What a message must say for this to be true, where that can be told by one property; not all that it must say. */
    default Optional<Required> required() {
        return Optional.empty();
    }

    /** What this is whatever a message says; null where messages decide. */
    default @Nullable Object constant() {
        return null;
    }

    record Literal(Object value) implements Expression {
        @Override
        public Object evaluate(PropertySource message) {
            return value;
        }

        @Override
        public Type type() {
            return value instanceof Boolean ? Type.BOOLEAN : value instanceof String ? Type.STRING : Type.NUMBER;
        }

        @Override
        public Object constant() {
            return value;
        }
    }

    record Property(String name) implements Expression {
        @Override
        public @Nullable Object evaluate(PropertySource message) {
            var value = message.value(name);
            if (value instanceof Float || value instanceof Double) {
                return ((Number) value).doubleValue();
            }
            return value instanceof Number number ? (Object) number.longValue() : value;
        }

        @Override
        public Type type() {
            return Type.ANY;
        }
    }

    record Not(Expression operand) implements Expression {
        @Override
        public @Nullable Object evaluate(PropertySource message) {
            return operand.evaluate(message) instanceof Boolean value ? (Object) !value : null;
        }
    }

    record And(Expression left, Expression right) implements Expression {
        @Override
        public @Nullable Object evaluate(PropertySource message) {
            var first = truth(left.evaluate(message));
            if (Boolean.FALSE.equals(first)) {
                return false;
            }
            var second = truth(right.evaluate(message));
            return Boolean.FALSE.equals(second) ? second : first == null ? null : second;
        }

        @Override
        public Optional<Required> required() {
            return left.required().or(right::required);
        }
    }

    record Or(Expression left, Expression right) implements Expression {
        @Override
        public @Nullable Object evaluate(PropertySource message) {
            var first = truth(left.evaluate(message));
            if (Boolean.TRUE.equals(first)) {
                return true;
            }
            var second = truth(right.evaluate(message));
            return Boolean.TRUE.equals(second) ? second : first == null ? null : second;
        }

        @Override
        public Optional<Required> required() {
            return left.required().flatMap(one -> right.required()
                    .filter(other -> other.property().equals(one.property()))
                    .map(one::orThatOf));
        }
    }

    private static @Nullable Boolean truth(@Nullable Object value) {
        return value instanceof Boolean truth ? truth : null;
    }

    enum Operator {
        EQUAL,
        NOT_EQUAL,
        LESS,
        LESS_OR_EQUAL,
        GREATER,
        GREATER_OR_EQUAL
    }

    record Comparison(Operator operator, Expression left, Expression right) implements Expression {
        @Override
        public @Nullable Object evaluate(PropertySource message) {
            var first = left.evaluate(message);
            var second = right.evaluate(message);
            if (first == null || second == null) {
                return null;
            }
            if (first instanceof Number one && second instanceof Number other) {
                return numbers(one, other);
            }
            if (first.getClass() != second.getClass()) {
                return false;
            }
            return switch (operator) {
                case EQUAL -> first.equals(second);
                case NOT_EQUAL -> !first.equals(second);
                default -> false;
            };
        }

        @Override
        public Optional<Required> required() {
            if (operator != Operator.EQUAL) {
                return Optional.empty();
            }
            return left instanceof Property property
                    ? required(property, right.constant())
                    : right instanceof Property property ? required(property, left.constant()) : Optional.empty();
        }

        private static Optional<Required> required(Property property, @Nullable Object value) {
            return value == null ? Optional.empty() : Optional.of(new Required(property.name(), Set.of(value)));
        }

        private boolean numbers(Number one, Number other) {
            if (one instanceof Long && other instanceof Long) {
                return holds(Long.compare(one.longValue(), other.longValue()));
            }
            var left = one.doubleValue();
            var right = other.doubleValue();
            // Nothing compares with what is not a number, save that it differs.
            if (Double.isNaN(left) || Double.isNaN(right)) {
                return operator == Operator.NOT_EQUAL;
            }
            return holds(order(left, right));
        }

        private static int order(double left, double right) {
            // Not Double.compare, to which 0.0 and -0.0 differ.
            return left == right ? 0 : left < right ? -1 : 1;
        }

        private boolean holds(int order) {
            return switch (operator) {
                case EQUAL -> order == 0;
                case NOT_EQUAL -> order != 0;
                case LESS -> order < 0;
                case LESS_OR_EQUAL -> order <= 0;
                case GREATER -> order > 0;
                case GREATER_OR_EQUAL -> order >= 0;
            };
        }
    }

    record Arithmetic(char operator, Expression left, Expression right) implements Expression {
        @Override
        public @Nullable Object evaluate(PropertySource message) {
            if (!(left.evaluate(message) instanceof Number first)
                    || !(right.evaluate(message) instanceof Number second)) {
                return null;
            }
            if (first instanceof Long && second instanceof Long) {
                return exact(first.longValue(), second.longValue());
            }
            var one = first.doubleValue();
            var other = second.doubleValue();
            return switch (operator) {
                case '+' -> one + other;
                case '-' -> one - other;
                case '*' -> one * other;
                default -> one / other;
            };
        }

        private @Nullable Object exact(long one, long other) {
            return switch (operator) {
                case '+' -> one + other;
                case '-' -> one - other;
                case '*' -> one * other;
                default -> other == 0 ? null : (Object) (one / other);
            };
        }

        @Override
        public Type type() {
            return Type.NUMBER;
        }
    }

    record Negation(Expression operand) implements Expression {
        @Override
        public @Nullable Object evaluate(PropertySource message) {
            var value = operand.evaluate(message);
            if (value instanceof Long exact) {
                return -exact;
            }
            return value instanceof Double approximate ? (Object) (-approximate) : null;
        }

        @Override
        public Type type() {
            return Type.NUMBER;
        }

        @Override
        public @Nullable Object constant() {
            return operand.constant() == null ? null : evaluate(name -> null);
        }
    }

    record In(Property property, Set<String> values) implements Expression {
        @Override
        public @Nullable Object evaluate(PropertySource message) {
            return property.evaluate(message) instanceof String text ? (Object) values.contains(text) : null;
        }

        @Override
        public Optional<Required> required() {
            return Optional.of(new Required(property.name(), Set.copyOf(values)));
        }
    }

    record Like(Property property, LikePattern pattern) implements Expression {
        @Override
        public @Nullable Object evaluate(PropertySource message) {
            return property.evaluate(message) instanceof String text ? (Object) pattern.matches(text) : null;
        }
    }

    record IsNull(Property property) implements Expression {
        @Override
        public Object evaluate(PropertySource message) {
            return property.evaluate(message) == null;
        }
    }
}
