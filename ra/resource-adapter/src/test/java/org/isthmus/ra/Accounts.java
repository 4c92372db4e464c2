package org.isthmus.ra;

import jakarta.transaction.TransactionManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import javax.transaction.xa.XAResource;
import org.h2.jdbcx.JdbcDataSource;

/** A table of a real database whose rows are written in the transactions of the manager. */
final class Accounts {
    private final JdbcDataSource database = new JdbcDataSource();
    private final JtaServer server;

    /** What is enlisted in place of the database's resource. */
    UnaryOperator<XAResource> disguise = resource -> resource;

    Accounts(JtaServer server, String url) {
        this.server = server;
        database.setURL(url);
        try (var connection = database.getConnection();
                var statement = connection.createStatement()) {
            statement.execute("create table if not exists account (text varchar(200) unique)");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    JdbcDataSource database() {
        return database;
    }

    /** In the transaction of the calling thread. */
    void write(String text) {
        try {
            var connection = database.getXAConnection();
            TransactionManager manager = server.manager();
            server.enlist(disguise.apply(connection.getXAResource()));
            server.whenEnded(manager.getTransaction(), () -> {
                try {
                    connection.close();
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            });
            try (var statement = connection.getConnection().prepareStatement("insert into account values (?)")) {
                statement.setString(1, text);
                statement.executeUpdate();
            }
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    List<String> texts() {
        try (var connection = database.getConnection();
                var statement = connection.createStatement();
                var rows = statement.executeQuery("select text from account order by text")) {
            var texts = new ArrayList<String>();
            while (rows.next()) {
                texts.add(rows.getString(1));
            }
            return texts;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
