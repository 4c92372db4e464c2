package org.isthmus.broker.selector;

import java.util.Optional;
import org.isthmus.broker.selector.Expression.Operator;
import org.isthmus.broker.selector.Token.Kind;

/** The words of a selector, one after another. */
final class Tokens {
    private final String text;
    private int end;
    private Token last = new Token(Kind.END, "", 0);
    private Token ahead;

    Tokens(String text) {
        this.text = text;
        this.ahead = read();
    }

    Token next() {
        last = ahead;
        if (last.kind() != Kind.END) {
            ahead = read();
        }
        return last;
    }

    boolean takeWord(String word) {
        return take(ahead.kind() == Kind.WORD && ahead.text().equalsIgnoreCase(word));
    }

    boolean takeSymbol(String symbol) {
        return take(ahead.kind() == Kind.SYMBOL && ahead.text().equals(symbol));
    }

    private boolean take(boolean fits) {
        if (fits) {
            next();
        }
        return fits;
    }

    Optional<Operator> takeOperator() {
        var operator = ahead.kind() != Kind.SYMBOL
                ? null
                : switch (ahead.text()) {
                    case "=" -> Operator.EQUAL;
                    case "<>" -> Operator.NOT_EQUAL;
                    case "<" -> Operator.LESS;
                    case "<=" -> Operator.LESS_OR_EQUAL;
                    case ">" -> Operator.GREATER;
                    case ">=" -> Operator.GREATER_OR_EQUAL;
                    default -> null;
                };
        take(operator != null);
        return Optional.ofNullable(operator);
    }

    void expectWord(String word) {
        if (!takeWord(word)) {
            next();
            throw unexpected();
        }
    }

    void expectSymbol(String symbol) {
        if (!takeSymbol(symbol)) {
            next();
            throw unexpected();
        }
    }

    String expectString() {
        if (next().kind() != Kind.STRING) {
            throw unexpected();
        }
        return last.text();
    }

    InvalidSelectorException unexpected() {
        var what = last.kind() == Kind.END ? "its end" : "'" + last.text() + "'";
        return new InvalidSelectorException("did not expect " + what + " at " + last.at() + " in: " + text);
    }

    String place() {
        return ahead.at() + " in: " + text;
    }

    private Token read() {
        while (end < text.length() && Character.isWhitespace(text.charAt(end))) {
            end++;
        }
        var start = end;
        if (start == text.length()) {
            return new Token(Kind.END, "", start);
        }
        var c = text.charAt(start);
        if (Character.isJavaIdentifierStart(c)) {
            while (end < text.length() && Character.isJavaIdentifierPart(text.charAt(end))) {
                end++;
            }
            return new Token(Kind.WORD, text.substring(start, end), start);
        }
        if (c == '\'') {
            return string(start);
        }
        if (isDigit(c) || (c == '.' && start + 1 < text.length() && isDigit(text.charAt(start + 1)))) {
            end = Numbers.end(text, start);
            return new Token(Kind.NUMBER, text.substring(start, end), start);
        }
        end = start
                + (text.startsWith("<>", start) || text.startsWith("<=", start) || text.startsWith(">=", start)
                        ? 2
                        : 1);
        if ("=<>+-*/(),".indexOf(c) < 0) {
            throw new InvalidSelectorException("no character of a selector: '" + c + "' at " + start + " in: " + text);
        }
        return new Token(Kind.SYMBOL, text.substring(start, end), start);
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private Token string(int start) {
        var content = new StringBuilder();
        for (end = start + 1; end < text.length(); end++) {
            var c = text.charAt(end);
            if (c == '\'') {
                if (end + 1 == text.length() || text.charAt(end + 1) != '\'') {
                    end++;
                    return new Token(Kind.STRING, content.toString(), start);
                }
                end++;
            }
            content.append(c);
        }
        throw new InvalidSelectorException("string without end at " + start + " in: " + text);
    }
}
