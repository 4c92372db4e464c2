package org.isthmus.broker.selector;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.Supplier;
import org.isthmus.broker.selector.Expression.Operator;
import org.isthmus.broker.selector.Token.Kind;

/** Reads the grammar of a selector from the top down, one method for each level of precedence. Used once. */
final class SelectorParser {
    /** However a selector is nested, reading it needs no more stack than this many levels. */
    private static final int MAX_DEPTH = 200;
    /** Calculations go from left to right, each inside the next, so their number is a depth too. */
    private static final int MAX_CALCULATIONS = 1_000;

    private final Tokens tokens;
    private int depth;
    private int calculations;

    SelectorParser(String text) {
        this.tokens = new Tokens(text);
    }

    Expression parse() {
        var condition = condition(or());
        if (tokens.next().kind() != Kind.END) {
            throw tokens.unexpected();
        }
        return condition;
    }

    private Expression condition(Expression expression) {
        if (!expression.type().mayBe(Expression.Type.BOOLEAN)) {
            throw new InvalidSelectorException("not a condition before " + tokens.place());
        }
        return expression;
    }

    private Expression or() {
        if (++depth > MAX_DEPTH) {
            throw new InvalidSelectorException("nested more than " + MAX_DEPTH + " deep");
        }
        var any = chain("OR", this::and, Expression.Or::new);
        depth--;
        return any;
    }

    private Expression and() {
        return chain("AND", this::not, Expression.And::new);
    }

    private Expression chain(String word, Supplier<Expression> operand, BinaryOperator<Expression> joined) {
        var first = operand.get();
        if (!tokens.takeWord(word)) {
            return first;
        }
        var operands = new ArrayList<Expression>();
        operands.add(condition(first));
        do {
            operands.add(condition(operand.get()));
        } while (tokens.takeWord(word));
        return balanced(operands, joined);
    }

    /** They may come by the thousand, and who evaluates them has little stack: so they are as deep as their number has bits. */
    private static Expression balanced(List<Expression> operands, BinaryOperator<Expression> joined) {
        if (operands.size() == 1) {
            return operands.get(0);
        }
        var middle = operands.size() / 2;
        return joined.apply(
                balanced(operands.subList(0, middle), joined),
                balanced(operands.subList(middle, operands.size()), joined));
    }

    private Expression not() {
        var negated = false;
        var negatives = 0;
        while (tokens.takeWord("NOT")) {
            negated = !negated;
            negatives++;
        }
        var operand = predicate();
        if (negatives == 0) {
            return operand;
        }
        // Twice negated is not the same as not at all: of what is no boolean it makes unknown.
        var once = new Expression.Not(condition(operand));
        return negated ? once : new Expression.Not(once);
    }

    private Expression predicate() {
        var left = sum();
        var operator = tokens.takeOperator();
        if (operator.isPresent()) {
            return comparison(operator.get(), left, sum());
        }
        if (tokens.takeWord("IS")) {
            var negated = tokens.takeWord("NOT");
            tokens.expectWord("NULL");
            return negatedIf(negated, new Expression.IsNull(property(left)));
        }
        var negated = tokens.takeWord("NOT");
        if (tokens.takeWord("BETWEEN")) {
            return between(left, negated);
        }
        if (tokens.takeWord("IN")) {
            return negatedIf(negated, in(property(left)));
        }
        if (tokens.takeWord("LIKE")) {
            return negatedIf(negated, like(property(left)));
        }
        if (negated) {
            throw tokens.unexpected();
        }
        return left;
    }

    private Expression comparison(Operator operator, Expression left, Expression right) {
        var ordering = operator != Operator.EQUAL && operator != Operator.NOT_EQUAL;
        if (ordering && (isNoNumber(left) || isNoNumber(right))) {
            throw new InvalidSelectorException("strings and booleans have no order, before " + tokens.place());
        }
        if (!left.type().mayBe(right.type())) {
            throw new InvalidSelectorException("types that never compare, before " + tokens.place());
        }
        return new Expression.Comparison(operator, left, right);
    }

    private static boolean isNoNumber(Expression expression) {
        return !expression.type().mayBe(Expression.Type.NUMBER);
    }

    private static Expression negatedIf(boolean negated, Expression expression) {
        return negated ? new Expression.Not(expression) : expression;
    }

    private Expression.Property property(Expression expression) {
        if (expression instanceof Expression.Property property) {
            return property;
        }
        throw new InvalidSelectorException("an identifier is needed before " + tokens.place());
    }

    /** What is no number is neither between two of them nor outside. */
    private Expression between(Expression value, boolean negated) {
        var low = sum();
        tokens.expectWord("AND");
        var high = sum();
        return negated
                ? new Expression.Or(comparison(Operator.LESS, value, low), comparison(Operator.GREATER, value, high))
                : new Expression.And(
                        comparison(Operator.GREATER_OR_EQUAL, value, low),
                        comparison(Operator.LESS_OR_EQUAL, value, high));
    }

    private Expression in(Expression.Property property) {
        tokens.expectSymbol("(");
        var values = new HashSet<String>();
        do {
            values.add(tokens.expectString());
        } while (tokens.takeSymbol(","));
        tokens.expectSymbol(")");
        return new Expression.In(property, values);
    }

    private Expression like(Expression.Property property) {
        var pattern = tokens.expectString();
        var escape = tokens.takeWord("ESCAPE") ? tokens.expectString() : "";
        return new Expression.Like(property, LikePattern.of(pattern, escape));
    }

    private Expression sum() {
        var left = product();
        while (true) {
            if (tokens.takeSymbol("+")) {
                left = arithmetic('+', left, product());
            } else if (tokens.takeSymbol("-")) {
                left = arithmetic('-', left, product());
            } else {
                return left;
            }
        }
    }

    private Expression product() {
        var left = unary();
        while (true) {
            if (tokens.takeSymbol("*")) {
                left = arithmetic('*', left, unary());
            } else if (tokens.takeSymbol("/")) {
                left = arithmetic('/', left, unary());
            } else {
                return left;
            }
        }
    }

    private Expression arithmetic(char operator, Expression left, Expression right) {
        if (++calculations > MAX_CALCULATIONS) {
            throw new InvalidSelectorException("more than " + MAX_CALCULATIONS + " calculations");
        }
        if (isNoNumber(left) || isNoNumber(right)) {
            throw new InvalidSelectorException("strings and booleans do not calculate, before " + tokens.place());
        }
        return new Expression.Arithmetic(operator, left, right);
    }

    private Expression unary() {
        var negative = false;
        var signed = false;
        while (true) {
            if (tokens.takeSymbol("-")) {
                negative = !negative;
                signed = true;
            } else if (tokens.takeSymbol("+")) {
                signed = true;
            } else {
                break;
            }
        }
        var operand = primary(negative);
        if (signed && isNoNumber(operand)) {
            throw new InvalidSelectorException("a sign belongs to a number, before " + tokens.place());
        }
        return negative ? new Expression.Negation(operand) : operand;
    }

    private Expression primary(boolean negative) {
        var token = tokens.next();
        return switch (token.kind()) {
            case STRING -> new Expression.Literal(token.text());
            case NUMBER -> new Expression.Literal(Numbers.parse(token.text(), negative));
            case WORD ->
                Token.isReserved(token.text()) ? constant(token.text()) : new Expression.Property(token.text());
            case SYMBOL, END -> inBrackets(token);
        };
    }

    private Expression inBrackets(Token token) {
        if (!token.text().equals("(")) {
            throw tokens.unexpected();
        }
        var inner = or();
        tokens.expectSymbol(")");
        return inner;
    }

    private Expression constant(String word) {
        if (word.equalsIgnoreCase("TRUE")) {
            return new Expression.Literal(true);
        }
        if (word.equalsIgnoreCase("FALSE")) {
            return new Expression.Literal(false);
        }
        throw tokens.unexpected();
    }
}
