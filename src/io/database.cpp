#include "io/database.h"

#include <sqlite3.h>

#include "io/error.h"
#include "io/file.h"

namespace rozaneh::io {
namespace {

struct Finalize {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Statement = std::unique_ptr<sqlite3_stmt, Finalize>;

std::unexpected<Error> failure(sqlite3* connection, int code) {
  const bool damaged = (code & 0xff) == SQLITE_CORRUPT || (code & 0xff) == SQLITE_NOTADB;
  std::string detail = connection == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(connection);
  return fail(damaged ? DatabaseError::damaged : DatabaseError::other, std::move(detail));
}

int bind(sqlite3_stmt* statement, int index, const Database::Value& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value))
    return sqlite3_bind_int64(statement, index, *number);
  if (const auto* real = std::get_if<double>(&value)) return sqlite3_bind_double(statement, index, *real);
  const auto& bytes = std::get<Buffer>(value);
  // The parameters outlive the statement.
  return sqlite3_bind_blob64(statement, index, bytes.data(), bytes.size(), SQLITE_STATIC);
}

Database::Value column(sqlite3_stmt* statement, int index) {
  switch (sqlite3_column_type(statement, index)) {
    case SQLITE_INTEGER:
      return sqlite3_column_int64(statement, index);
    case SQLITE_FLOAT:
      return sqlite3_column_double(statement, index);
    default:
      break;
  }
  const auto* bytes = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement, index));
  return Buffer(bytes, bytes + sqlite3_column_bytes(statement, index));
}

Database::Row row(sqlite3_stmt* statement) {
  Database::Row values;
  for (int i = 0; i < sqlite3_column_count(statement); ++i) values.push_back(column(statement, i));
  return values;
}

}  // namespace

std::string_view layer_of(DatabaseError /*error*/) { return "database"; }

std::string_view describe(DatabaseError error) {
  return error == DatabaseError::damaged ? "the file is damaged" : "";
}

void Database::Close::operator()(sqlite3* connection) const { sqlite3_close_v2(connection); }

Result<Database> Database::open(const std::filesystem::path& path) {
  {
    const File made(path, O_RDWR | O_CREAT | O_NOFOLLOW);  // SQLite would give it another mode
    if (!made.is_open()) return std::unexpected(from_errno(errno));
  }
  Database database;
  sqlite3* connection = nullptr;
  const int code =
      sqlite3_open_v2(path.c_str(), &connection, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW, nullptr);
  database.connection_.reset(connection);
  if (code != SQLITE_OK) return failure(connection, code);
  sqlite3_busy_timeout(connection, 100);
  // Deleted rows are overwritten; an old journal's pages, too.
  for (const char* setting :
       {"PRAGMA secure_delete = ON", "PRAGMA max_page_count = 1024", "PRAGMA trusted_schema = OFF"}) {
    const auto set = database.run(setting);
    if (!set) return std::unexpected(set.error());
  }
  return database;
}

Result<std::vector<Database::Row>> Database::run(const char* statement,
                                                 const std::vector<Value>& parameters) {
  sqlite3_stmt* raw = nullptr;
  int code = sqlite3_prepare_v2(connection_.get(), statement, -1, &raw, nullptr);
  const Statement prepared(raw);
  for (std::size_t i = 0; code == SQLITE_OK && i < parameters.size(); ++i)
    code = bind(raw, static_cast<int>(i) + 1, parameters[i]);
  if (code != SQLITE_OK) return failure(connection_.get(), code);
  std::vector<Row> rows;
  while ((code = sqlite3_step(raw)) == SQLITE_ROW) rows.push_back(row(raw));
  if (code != SQLITE_DONE) return failure(connection_.get(), code);
  return rows;
}

}  // namespace rozaneh::io
